import { alarmKind } from '@triad/shared/contracts/alarm-view.ts';
import type { Command as Program } from 'commander';
import { oneOf, timeSpan, wholeNumber } from '../params/option-values.ts';
import { json, type Run } from './command-group.ts';

/** The commands about alarms: what is wrong, and who hears of it. */
export function addAlarmCommands(program: Program, run: Run): void {
  program.commandsGroup('Alarms:');

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
    .action(async (options) => run((await import('../commands/alarms.ts')).listAlarms, options));
  alarms
    .command('show <id>')
    .description('show an alarm and what became of its notices')
    .option(...json)
    .action(async (id, options) =>
      run((await import('../commands/alarms.ts')).showAlarm, id, options),
    );
  alarms
    .command('acknowledge <id>')
    .description('say that you see to it: there are no more reminders')
    .option('--comment <text>', 'what others should know', '')
    .option(...json)
    .action(async (id, options) =>
      run((await import('../commands/alarms.ts')).acknowledgeAlarm, id, options),
    );
  alarms
    .command('channels')
    .description('list the channels that alarms can go to')
    .option(...json)
    .action(async (options) =>
      run((await import('../commands/alarm-channels.ts')).listChannels, options),
    );
  alarms
    .command('test <channel>')
    .description('send a test to a channel')
    .option(...json)
    .action(async (channel, options) =>
      run((await import('../commands/alarm-channels.ts')).testChannel, channel, options),
    );

  program
    .command('silence <pipeline>')
    .description('keep notices of the alarms of a pipeline from people for a while')
    .requiredOption('--for <span>', 'how long, such as 90m, 2h or 3d', timeSpan('--for'))
    .requiredOption('--reason <text>', 'why')
    .option('--kind <kind>', 'only this kind of alarm', oneOf('--kind', alarmKind.options))
    .option(...json)
    .action(async (pipeline, options) =>
      run((await import('../commands/silences.ts')).silence, pipeline, options),
    );

  const silences = program.command('silences').description('list the silences, or end one early');
  silences
    .command('list', { isDefault: true })
    .description('list those in force, newest first')
    .option(...json)
    .action(async (options) =>
      run((await import('../commands/silences.ts')).listSilences, options),
    );
  silences
    .command('end <id>')
    .description('end one: what is still wrong is told')
    .option(...json)
    .action(async (id, options) =>
      run((await import('../commands/silences.ts')).endSilence, id, options),
    );
}

const lengths = { minimum: 1, maximum: 500 };
