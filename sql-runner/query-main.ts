import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { loadConfig } from '@triad/shared/config/config.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { exitCode, exitCodeOf } from '@triad/shared/errors/exit-code.ts';
import { TriadError, toTriadError } from '@triad/shared/errors/triad-error.ts';
import { duckDbOpener } from '@triad/shared/warehouse/duckdb-engine.ts';
import { googleSqlInDuckDb } from './dialect/translate.ts';
import { formatResult, type ResultFormat, resultFormats } from './query/format-result.ts';
import { runQuery } from './query/run-query.ts';

/**
 * Answers one query: `query-main.ts [--format json|csv|table-json] [query]`, the query on standard
 * input where no argument gives it. The result goes to standard output. A failure is one line of
 * JSON on standard error, `{"error": {code, message, fix, retryable}}`, and a job's exit code.
 */
try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { format: { type: 'string', default: 'json' } },
  });
  const format = formatOf(values.format);
  const query = positionals[0] ?? (await text(process.stdin));
  const config = loadConfig();
  const { open } = duckDbOpener({
    path: homeLayout(config.home).warehouse,
    defaultDataset: config.dataset,
    waitSeconds: config.warehouseWaitSeconds,
    dialect: googleSqlInDuckDb,
    clock: systemClock,
  });
  process.stdout.write(`${formatResult(await runQuery(open, query), format)}\n`);
  process.exitCode = exitCode.ok;
} catch (thrown) {
  const error = toTriadError(thrown).report();
  process.stderr.write(`${JSON.stringify({ error })}\n`);
  process.exitCode = exitCodeOf(error);
}

function formatOf(given: string): ResultFormat {
  const format = resultFormats.find((known) => known === given);
  if (format) return format;
  throw new TriadError('USAGE', { reason: `--format ${given} is none of ${resultFormats}.` });
}
