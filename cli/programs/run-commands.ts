import { runTrigger } from '@triad/shared/contracts/run-trigger.ts';
import { runState } from '@triad/shared/contracts/run-view.ts';
import type { Command as Program } from 'commander';
import { calendarDate, instantOf, oneOf, wholeNumber } from '../params/option-values.ts';
import { parseAssignment } from '../params/parse-assignment.ts';
import { json, type Run } from './command-group.ts';

/** The commands about runs: start them, look at them, decide about them. */
export function addRunCommands(program: Program, run: Run): void {
  program.commandsGroup('Runs:');

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
    .option('--fresh', 'reuse no earlier result')
    .option(
      '--priority <n>',
      'of runs that wait the highest goes first; 0 to 100',
      wholeNumber('--priority', priorities),
    )
    .option(...json)
    .action(async (pipeline, options) =>
      run((await import('../commands/run.ts')).run, pipeline, options),
    );

  program
    .command('runs')
    .description('list runs, newest first')
    .option('--pipeline <name>', 'only of this pipeline')
    .option('--state <state>', runState.options.join(', '), oneOf('--state', runState.options))
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
    .option('--limit <n>', 'at most this many', wholeNumber('--limit', lengths), 20)
    .option('--before <run>', 'only those older than this run')
    .option(...json)
    .action(async (options) => run((await import('../commands/runs.ts')).runs, options));

  program
    .command('show <run>')
    .description('show a run: steps, times, results, errors, metrics')
    .option(...json)
    .action(async (id, options) => run((await import('../commands/show.ts')).show, id, options));

  program
    .command('logs <run> [step]')
    .description('print what the steps of a run, or one of them, wrote')
    .option('--follow', 'go on until the run has ended')
    .option(...json)
    .action(async (id, step, options) =>
      run((await import('../commands/logs.ts')).logs, id, step, options),
    );

  program
    .command('cancel <run>')
    .description('stop a run and the jobs it started')
    .option(...json)
    .action(async (id, options) =>
      run((await import('../commands/cancel.ts')).cancel, id, options),
    );

  program
    .command('retry <run>')
    .description('go on with a failed or cancelled run from the steps that did not succeed')
    .option(...json)
    .action(async (id, options) => run((await import('../commands/retry.ts')).retry, id, options));

  program
    .command('rerun <run>')
    .description('start a new run like this one, with changes')
    .option('--param <name=value>', 'a parameter to change; repeatable', parseAssignment)
    .option('--seed <n>', 'another seed', wholeNumber('--seed', seeds))
    .option('--fresh', 'reuse no earlier result')
    .option('--current', 'take the pipeline as it is now, not as it was')
    .option(...json)
    .action(async (id, options) => run((await import('../commands/rerun.ts')).rerun, id, options));

  program
    .command('approve <run> <step>')
    .description('let a run go on that waits for an approval')
    .option('--by <name>', 'who approves; you by default')
    .option('--comment <text>', 'kept with the run')
    .option(...json)
    .action(async (id, step, options) =>
      run((await import('../commands/steps.ts')).approve, id, step, options),
    );

  program
    .command('refuse <run> <step>')
    .description('fail a step that waits for an approval')
    .option('--by <name>', 'who refuses; you by default')
    .option('--comment <text>', 'kept with the run')
    .option(...json)
    .action(async (id, step, options) =>
      run((await import('../commands/steps.ts')).refuse, id, step, options),
    );

  program
    .command('skip <run> <step>')
    .description('let a run go on without a step that has not begun, or that failed')
    .requiredOption('--reason <text>', 'kept with the run')
    .option('--by <name>', 'who decides; you by default')
    .option(...json)
    .action(async (id, step, options) =>
      run((await import('../commands/steps.ts')).skip, id, step, options),
    );

  program
    .command('sql <query>')
    .description('ask the published tables, such as "SELECT * FROM rfm"; read-only')
    .option(...json)
    .option('--csv', 'print CSV with a header line')
    .option('--dry-run', 'say what the query would read, where that costs something')
    .action(async (query, options) =>
      run((await import('../commands/sql.ts')).sql, query, options),
    );

  program
    .command('pipelines')
    .description('list what can be run, and its parameters')
    .option(...json)
    .action(async (options) => run((await import('../commands/pipelines.ts')).pipelines, options));
}

const priorities = { minimum: 0, maximum: 100 };
const seeds = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
const lengths = { minimum: 1, maximum: 500 };
