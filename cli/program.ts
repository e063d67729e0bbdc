import { readFileSync } from 'node:fs';
import { userRole } from '@triad/shared/contracts/access.ts';
import { runTrigger } from '@triad/shared/contracts/run-trigger.ts';
import { runState } from '@triad/shared/contracts/run-view.ts';
import { Command as Program } from 'commander';
import type { Command } from './command-context.ts';
import { calendarDate, instantOf, oneOf, wholeNumber } from './params/option-values.ts';
import { parseAssignment } from './params/parse-assignment.ts';

/** Does a command with the arguments and options that were parsed for it. */
type Run = <A extends unknown[]>(command: Command<A>, ...given: A) => Promise<void>;

const help = `
Start here:
  triad demo                          simulate customers, run the pipeline, look at the result
  triad run rfm --run-date 2026-01-31 --source orders:orders.csv
  triad sql "SELECT segment, COUNT(*) AS customers FROM rfm GROUP BY segment"
  triad up                            keep it running: schedules, HTTP API

A run id may be shortened to its unique start. All state lives under TRIAD_HOME (.triad).
In a checkout, put "npm run -s" and "--" around the name: npm run -s triad -- demo

Exit codes: 0 succeeded, 1 failed, 2 wrong usage. With --json, standard output holds one JSON
document and nothing else; a failure is {"error": {"code", "message", "fix"}}. Every command but
up, which runs until Ctrl-C, has --json.`;

const json = ['--json', 'print one JSON document'] as const;

/**
 * The command line of `triad`. A command's code is loaded only when it is asked for, since loading
 * all of them would take longer than most of them run.
 */
export function createProgram(run: Run): Program {
  const program = new Program('triad')
    .description('Runs a model on a schedule that can be trusted.')
    .version(version(), '--version')
    .addHelpText('after', help)
    .exitOverride()
    .configureOutput({ outputError: () => {} });

  program
    .command('up')
    .description('run the system here until Ctrl-C: orchestrator, invoker, schedules')
    .action(async () => run((await import('./commands/up.ts')).up));

  program
    .command('run <pipeline>')
    .description('run a pipeline for a date and follow it to its end')
    .requiredOption(
      '--run-date <date>',
      'last day of the data, YYYY-MM-DD',
      calendarDate('--run-date'),
    )
    .option('--source <name[:path]>', 'where the data comes from, such as orders:orders.csv')
    .option('--param <name=value>', 'a parameter of the pipeline; repeatable', parseAssignment)
    .option('--seed <n>', 'seed of every random choice', wholeNumber('--seed', seeds), 0)
    .option(...json)
    .action(async (pipeline, options) =>
      run((await import('./commands/run.ts')).run, pipeline, options),
    );

  program
    .command('runs')
    .description('list runs, newest first')
    .option('--pipeline <name>', 'only of this pipeline')
    .option('--state <state>', runState.options.join(', '), oneOf('--state', runState.options))
    .option('--limit <n>', 'at most this many', wholeNumber('--limit', lengths), 20)
    .option(
      '--trigger <why>',
      runTrigger.options.join(', '),
      oneOf('--trigger', runTrigger.options),
    )
    .option('--run-date-from <date>', 'of this run date or later', calendarDate('--run-date-from'))
    .option('--run-date-to <date>', 'of this run date or earlier', calendarDate('--run-date-to'))
    .option('--created-from <time>', 'created then or later', instantOf('--created-from'))
    .option('--created-to <time>', 'created before then', instantOf('--created-to'))
    .option('--q <text>', 'with this in the run id or the error code')
    .option('--before <run>', 'only those older than this run')
    .option(...json)
    .action(async (options) => run((await import('./commands/runs.ts')).runs, options));

  program
    .command('show <run>')
    .description('show a run: steps, times, results, errors, metrics')
    .option(...json)
    .action(async (id, options) => run((await import('./commands/show.ts')).show, id, options));

  program
    .command('logs <run> [step]')
    .description('print what the steps of a run, or one of them, wrote')
    .option('--follow', 'go on until the run has ended')
    .option(...json)
    .action(async (id, step, options) =>
      run((await import('./commands/logs.ts')).logs, id, step, options),
    );

  program
    .command('cancel <run>')
    .description('stop a run and the jobs it started')
    .option(...json)
    .action(async (id, options) => run((await import('./commands/cancel.ts')).cancel, id, options));

  program
    .command('retry <run>')
    .description('go on with a failed or cancelled run from the steps that did not succeed')
    .option(...json)
    .action(async (id, options) => run((await import('./commands/retry.ts')).retry, id, options));

  program
    .command('sql <query>')
    .description('ask the published tables, such as "SELECT * FROM rfm"; read-only')
    .option(...json)
    .option('--csv', 'print CSV with a header line')
    .action(async (query, options) => run((await import('./commands/sql.ts')).sql, query, options));

  program
    .command('pipelines')
    .description('list what can be run, and its parameters')
    .option(...json)
    .action(async (options) => run((await import('./commands/pipelines.ts')).pipelines, options));

  program
    .command('simulate')
    .description('write orders of customers whose true parameters are known, as CSV')
    .requiredOption('--customers <n>', 'how many', wholeNumber('--customers', populations))
    .requiredOption('--out <file>', 'the file to write; its directory is made when there is none')
    .option(
      '--seed <n>',
      'the same seed gives the same file',
      wholeNumber('--seed', simulationSeeds),
      1,
    )
    .option('--start <date>', 'first day, YYYY-MM-DD', calendarDate('--start'))
    .option('--end <date>', 'last day; two years by default', calendarDate('--end'))
    .option(...json)
    .action(async (options) => run((await import('./commands/simulate.ts')).simulate, options));

  program
    .command('demo')
    .description('simulate 5,000 customers over two years, run the pipeline, show the result')
    .option(...json)
    .action(async (options) => run((await import('./commands/demo.ts')).demo, options));

  program
    .command('health')
    .description('whether the running system and all it depends on are well')
    .option(...json)
    .action(async (options) => run((await import('./commands/health.ts')).health, options));

  program
    .command('doctor')
    .description('check this machine and this home for what would keep Triad from working')
    .option(...json)
    .action(async (options) => run((await import('./commands/doctor.ts')).doctor, options));

  const deadLetters = program
    .command('dead-letters')
    .description('messages that no receiver accepted: list them, or send one again');
  deadLetters
    .command('list', { isDefault: true })
    .description('list them, newest first')
    .option('--limit <n>', 'at most this many', wholeNumber('--limit', lengths), 20)
    .option('--before <id>', 'only those older than this one')
    .option(...json)
    .action(async (options) =>
      run((await import('./commands/dead-letters.ts')).listDeadLetters, options),
    );
  deadLetters
    .command('replay <id>')
    .description('send one to its receiver again')
    .option(...json)
    .action(async (id, options) =>
      run((await import('./commands/dead-letters.ts')).replayDeadLetter, id, options),
    );

  const tokens = program
    .command('tokens')
    .description('API tokens of people and programs: list, create, revoke; for admins');
  tokens
    .command('list', { isDefault: true })
    .description('list them, newest first, without their secrets')
    .option(...json)
    .action(async (options) => run((await import('./commands/tokens.ts')).listTokens, options));
  tokens
    .command('create')
    .description('make one; it is shown this once')
    .requiredOption('--name <name>', 'who or what will use it')
    .requiredOption(
      '--role <role>',
      `${userRole.options.join(', ')}: look, run things, say who may`,
      oneOf('--role', userRole.options),
    )
    .option(
      '--expires-in-days <n>',
      'by default it does not expire',
      wholeNumber('--expires-in-days', { minimum: 1, maximum: 3650 }),
    )
    .option(...json)
    .action(async (options) => run((await import('./commands/tokens.ts')).createToken, options));
  tokens
    .command('revoke <id>')
    .description('refuse one from now on')
    .option(...json)
    .action(async (id, options) =>
      run((await import('./commands/tokens.ts')).revokeToken, id, options),
    );

  program
    .command('audit')
    .description('list who did what, newest first; for admins')
    .option('--actor <name>', 'only of this token')
    .option('--outcome <outcome>', 'done, refused', oneOf('--outcome', ['done', 'refused']))
    .option('--limit <n>', 'at most this many', wholeNumber('--limit', lengths), 50)
    .option('--before <entry>', 'only those older than this entry')
    .option(...json)
    .action(async (options) => run((await import('./commands/audit.ts')).audit, options));

  return program;
}

const seeds = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
const simulationSeeds = { minimum: 1, maximum: 4_294_967_295 };
const lengths = { minimum: 1, maximum: 500 };
const populations = { minimum: 1, maximum: 100_000_000 };

function version(): string {
  const text = readFileSync(new URL('./package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
