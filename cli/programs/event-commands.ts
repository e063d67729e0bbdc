import type { Command as Program } from 'commander';
import { wholeNumber } from '../params/option-values.ts';
import { json, type Run } from './command-group.ts';

/** The commands about what starts pipelines from outside, and about messages. */
export function addEventCommands(program: Program, run: Run): void {
  program.commandsGroup('Events:');

  const deadLetters = program
    .command('dead-letters')
    .description('messages that no receiver accepted: list them, or send one again');
  deadLetters
    .command('list', { isDefault: true })
    .description('list them, newest first')
    .option('--limit <n>', 'at most this many', wholeNumber('--limit', lengths), 20)
    .option(...json)
    .action(async (options) =>
      run((await import('../commands/dead-letters.ts')).listDeadLetters, options),
    );
  deadLetters
    .command('replay <id>')
    .description('send one to its receiver again')
    .option(...json)
    .action(async (id, options) =>
      run((await import('../commands/dead-letters.ts')).replayDeadLetter, id, options),
    );

  const sensors = program
    .command('sensors')
    .description('what starts pipelines by changing: list the sensors, or let one look now');
  sensors
    .command('list', { isDefault: true })
    .description('list what they saw last, and when they look next')
    .option(...json)
    .action(async (options) => run((await import('../commands/sensors.ts')).listSensors, options));
  sensors
    .command('check <pipeline> <sensor>')
    .description('let one look now; a change starts a run')
    .option('--force-trigger', 'start a run although nothing changed')
    .option(...json)
    .action(async (pipeline, sensor, options) =>
      run((await import('../commands/sensors.ts')).checkSensor, pipeline, sensor, options),
    );

  const events = program
    .command('events')
    .description('events that start pipelines: list them, or send one');
  events
    .command('list', { isDefault: true })
    .description('list them and what they started, newest first')
    .option('--limit <n>', 'at most this many', wholeNumber('--limit', lengths), 20)
    .option(...json)
    .action(async (options) => run((await import('../commands/events.ts')).listEvents, options));
  events
    .command('send <file>')
    .description('send the CloudEvents 1.0 event in a JSON file; sent again, it starts nothing')
    .option(...json)
    .action(async (file, options) =>
      run((await import('../commands/events.ts')).sendEvent, file, options),
    );
}

const lengths = { minimum: 1, maximum: 500 };
