import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { loadConfig } from '@triad/shared/config/config.ts';
import { exitCode, exitCodeOf } from '@triad/shared/errors/exit-code.ts';
import { TriadError, toTriadError } from '@triad/shared/errors/triad-error.ts';
import { openProfile } from './profiles/open-profile.ts';
import type { SqlRunnerProfile } from './profiles/profile.ts';
import { formatResult, type ResultFormat, resultFormats } from './query/format-result.ts';
import { runQuery } from './query/run-query.ts';

/**
 * Answers one query on the warehouse of the configured profile, for reading only:
 * `query-main.ts [--format json|csv|table-json] [--dry-run] [query]`, the query on standard input
 * where no argument gives it. The result goes to standard output; of a dry run it is
 * `{"bytesRead": …}`. A failure is one line of JSON on standard error,
 * `{"error": {code, message, fix, retryable}}`, and a job's exit code.
 */
try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      format: { type: 'string', default: 'json' },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  const format = formatOf(values.format);
  const query = positionals[0] ?? (await text(process.stdin));
  const { openWarehouse, bytesRead } = await openProfile(loadConfig(), systemClock);
  const answer = values['dry-run']
    ? await dryRun(bytesRead, query)
    : formatResult(await runQuery(openWarehouse, query), format);
  process.stdout.write(`${answer}\n`);
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

async function dryRun(bytesRead: SqlRunnerProfile['bytesRead'], query: string): Promise<string> {
  if (bytesRead) return JSON.stringify({ bytesRead: await bytesRead(query) });
  const reason = 'A query costs nothing in this warehouse, so there is no dry run.';
  throw new TriadError('USAGE', { reason });
}
