import { readFileSync } from 'node:fs';
import { alarmKind } from '@triad/shared/contracts/alarm-view.ts';
import { runState } from '@triad/shared/contracts/run-view.ts';
import { Command as Program } from 'commander';
import type { Command } from './command-context.ts';
import { calendarDate, oneOf, timeSpan, wholeNumber } from './params/option-values.ts';
import { parseAssignment } from './params/parse-assignment.ts';
import { addScheduleCommands } from './schedule-program.ts';

/** Does a command with the arguments and options that were parsed for it. */
export type Run = <A extends unknown[]>(command: Command<A>, ...given: A) => Promise<void>;

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
    .option('--fresh', 'reuse no earlier result')
    .option(
      '--priority <n>',
      'of runs that wait the highest goes first; 0 to 100',
      wholeNumber('--priority', priorities),
    )
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
    .command('rerun <run>')
    .description('start a new run like this one, with changes')
    .option('--param <name=value>', 'a parameter to change; repeatable', parseAssignment)
    .option('--seed <n>', 'another seed', wholeNumber('--seed', seeds))
    .option('--fresh', 'reuse no earlier result')
    .option('--current', 'take the pipeline as it is now, not as it was')
    .option(...json)
    .action(async (id, options) => run((await import('./commands/rerun.ts')).rerun, id, options));

  program
    .command('approve <run> <step>')
    .description('let a run go on that waits for an approval')
    .option('--by <name>', 'who approves; you by default')
    .option('--comment <text>', 'kept with the run')
    .option(...json)
    .action(async (id, step, options) =>
      run((await import('./commands/steps.ts')).approve, id, step, options),
    );

  program
    .command('refuse <run> <step>')
    .description('fail a step that waits for an approval')
    .option('--by <name>', 'who refuses; you by default')
    .option('--comment <text>', 'kept with the run')
    .option(...json)
    .action(async (id, step, options) =>
      run((await import('./commands/steps.ts')).refuse, id, step, options),
    );

  program
    .command('skip <run> <step>')
    .description('let a run go on without a step that has not begun, or that failed')
    .requiredOption('--reason <text>', 'kept with the run')
    .option('--by <name>', 'who decides; you by default')
    .option(...json)
    .action(async (id, step, options) =>
      run((await import('./commands/steps.ts')).skip, id, step, options),
    );

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

  addScheduleCommands(program, run);

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

  const alarms = program
    .command('alarms')
    .description('what is wrong: list it, see to it, try the way to people');
  alarms
    .command('list', { isDefault: true })
    .description('list open alarms, newest first')
    .option('--all', 'also those that are resolved')
    .option('--pipeline <name>', 'only of this pipeline')
    .option('--limit <n>', 'at most this many', wholeNumber('--limit', lengths), 20)
    .option(...json)
    .action(async (options) => run((await import('./commands/alarms.ts')).listAlarms, options));
  alarms
    .command('show <id>')
    .description('show an alarm and what became of its notices')
    .option(...json)
    .action(async (id, options) =>
      run((await import('./commands/alarms.ts')).showAlarm, id, options),
    );
  alarms
    .command('acknowledge <id>')
    .description('say that you see to it: there are no more reminders')
    .option('--comment <text>', 'what others should know', '')
    .option(...json)
    .action(async (id, options) =>
      run((await import('./commands/alarms.ts')).acknowledgeAlarm, id, options),
    );
  alarms
    .command('channels')
    .description('list the channels that alarms can go to')
    .option(...json)
    .action(async (options) =>
      run((await import('./commands/alarm-channels.ts')).listChannels, options),
    );
  alarms
    .command('test <channel>')
    .description('send a test to a channel')
    .option(...json)
    .action(async (channel, options) =>
      run((await import('./commands/alarm-channels.ts')).testChannel, channel, options),
    );

  program
    .command('silence <pipeline>')
    .description('keep notices of the alarms of a pipeline from people for a while')
    .requiredOption('--for <span>', 'how long, such as 90m, 2h or 3d', timeSpan('--for'))
    .requiredOption('--reason <text>', 'why')
    .option('--kind <kind>', 'only this kind of alarm', oneOf('--kind', alarmKind.options))
    .option(...json)
    .action(async (pipeline, options) =>
      run((await import('./commands/silences.ts')).silence, pipeline, options),
    );

  const silences = program.command('silences').description('list the silences, or end one early');
  silences
    .command('list', { isDefault: true })
    .description('list those in force, newest first')
    .option(...json)
    .action(async (options) => run((await import('./commands/silences.ts')).listSilences, options));
  silences
    .command('end <id>')
    .description('end one: what is still wrong is told')
    .option(...json)
    .action(async (id, options) =>
      run((await import('./commands/silences.ts')).endSilence, id, options),
    );

  const sensors = program
    .command('sensors')
    .description('what starts pipelines by changing: list the sensors, or let one look now');
  sensors
    .command('list', { isDefault: true })
    .description('list what they saw last, and when they look next')
    .option(...json)
    .action(async (options) => run((await import('./commands/sensors.ts')).listSensors, options));
  sensors
    .command('check <pipeline> <sensor>')
    .description('let one look now; a change starts a run')
    .option('--force-trigger', 'start a run although nothing changed')
    .option(...json)
    .action(async (pipeline, sensor, options) =>
      run((await import('./commands/sensors.ts')).checkSensor, pipeline, sensor, options),
    );

  const events = program
    .command('events')
    .description('events that start pipelines: list them, or send one');
  events
    .command('list', { isDefault: true })
    .description('list them and what they started, newest first')
    .option('--limit <n>', 'at most this many', wholeNumber('--limit', lengths), 20)
    .option(...json)
    .action(async (options) => run((await import('./commands/events.ts')).listEvents, options));
  events
    .command('send <file>')
    .description('send the CloudEvents 1.0 event in a JSON file; sent again, it starts nothing')
    .option(...json)
    .action(async (file, options) =>
      run((await import('./commands/events.ts')).sendEvent, file, options),
    );

  return program;
}

const priorities = { minimum: 0, maximum: 100 };
const seeds = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
const simulationSeeds = { minimum: 1, maximum: 4_294_967_295 };
const lengths = { minimum: 1, maximum: 500 };
const populations = { minimum: 1, maximum: 100_000_000 };

function version(): string {
  const text = readFileSync(new URL('./package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
