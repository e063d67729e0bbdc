import { tickView } from '@triad/shared/contracts/tick.ts';
import type { Command as Program } from 'commander';
import { calendarDate, oneOf, wholeNumber } from '../params/option-values.ts';
import { parseAssignment } from '../params/parse-assignment.ts';
import { json, type Run } from './command-group.ts';

/** The commands about schedules: what they promise, pausing them, and making up for the past. */
export function addScheduleCommands(program: Program, run: Run): void {
  program.commandsGroup('Schedules:');

  program
    .command('ticks')
    .description('list what schedules promise and what became of it, the latest first')
    .option('--pipeline <name>', 'only of this pipeline')
    .option('--state <state>', tickStates.join(', '), oneOf('--state', tickStates))
    .option('--before <tick>', 'only those before an instant, or from where a list ended')
    .option('--limit <n>', 'at most this many', wholeNumber('--limit', lengths), 20)
    .option(...json)
    .action(async (options) => run((await import('../commands/ticks.ts')).ticks, options));

  program
    .command('pause <pipeline>')
    .description('let the schedule of a pipeline fire no more')
    .option('--reason <text>', 'why, for those who wonder', '')
    .option(...json)
    .action(async (name, options) =>
      run((await import('../commands/pause.ts')).pause, name, options),
    );

  program
    .command('resume <pipeline>')
    .description('let the schedule fire again, from its next tick on')
    .option(...json)
    .action(async (name, options) =>
      run((await import('../commands/pause.ts')).resume, name, options),
    );

  program
    .command('backfill <pipeline>')
    .description('run a pipeline for a range of run dates, below the priority of live runs')
    .requiredOption('--from <date>', 'first run date, YYYY-MM-DD', calendarDate('--from'))
    .requiredOption('--to <date>', 'last run date, inclusive', calendarDate('--to'))
    .option('--dry-run', 'only tell what would be run')
    .option('--only-missing', 'leave out what has a succeeded run')
    .option('--concurrency <n>', 'most runs at a time', wholeNumber('--concurrency', degrees), 1)
    .option('--priority <n>', 'from 0 to 100', wholeNumber('--priority', priorities))
    .option('--param <name=value>', 'a parameter of the pipeline; repeatable', parseAssignment)
    .option(...json)
    .action(async (name, options) =>
      run((await import('../commands/backfill.ts')).backfill, name, options),
    );

  const backfills = program
    .command('backfills')
    .description('backfills and how far they are: list them, show one, or cancel one');
  backfills
    .command('list', { isDefault: true })
    .description('list them, newest first')
    .option('--pipeline <name>', 'only of this pipeline')
    .option('--before <backfill>', 'only those made before this one')
    .option('--limit <n>', 'at most this many', wholeNumber('--limit', pages), 20)
    .option(...json)
    .action(async (options) =>
      run((await import('../commands/backfills.ts')).listBackfills, options),
    );
  backfills
    .command('show <id>')
    .description('show one with its runs')
    .option(...json)
    .action(async (id, options) =>
      run((await import('../commands/backfills.ts')).showBackfill, id, options),
    );
  backfills
    .command('cancel <id>')
    .description('start no more of its runs and cancel those that run')
    .option(...json)
    .action(async (id, options) =>
      run((await import('../commands/backfills.ts')).cancelBackfill, id, options),
    );
}

const tickStates = tickView.shape.state.options;
const lengths = { minimum: 1, maximum: 500 };
const pages = { minimum: 1, maximum: 100 };
const degrees = { minimum: 1, maximum: 100 };
const priorities = { minimum: 0, maximum: 100 };
