import type { Command as Program } from 'commander';
import { calendarDate, wholeNumber } from '../params/option-values.ts';
import { json, type Run } from './command-group.ts';

/** The commands about the system and this machine. */
export function addSystemCommands(program: Program, run: Run): void {
  program.commandsGroup('System:');

  program
    .command('up')
    .description('run the system here until Ctrl-C: orchestrator, invoker, schedules')
    .action(async () => run((await import('../commands/up.ts')).up));

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
    .action(async (options) => run((await import('../commands/simulate.ts')).simulate, options));

  program
    .command('demo')
    .description('simulate 5,000 customers over two years, run the pipeline, show the result')
    .option(...json)
    .action(async (options) => run((await import('../commands/demo.ts')).demo, options));

  program
    .command('health')
    .description('whether the running system and all it depends on are well')
    .option(...json)
    .action(async (options) => run((await import('../commands/health.ts')).health, options));

  program
    .command('doctor')
    .description('check this machine and this home for what would keep Triad from working')
    .option(...json)
    .action(async (options) => run((await import('../commands/doctor.ts')).doctor, options));
}

const simulationSeeds = { minimum: 1, maximum: 4_294_967_295 };
const populations = { minimum: 1, maximum: 100_000_000 };
