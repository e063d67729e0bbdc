import type { Command as Program } from 'commander';
import { dayCount } from '../params/option-values.ts';
import { json, type Run } from './command-group.ts';

/** The commands about the state as a whole. */
export function addStateCommands(program: Program, run: Run): void {
  program.commandsGroup('State:');

  program
    .command('prune')
    .description('remove finished runs, with their artifacts, and what else is old')
    .option(
      '--older-than <days>',
      'such as 30d; by default TRIAD_RETENTION_DAYS',
      dayCount('--older-than'),
    )
    .option('--dry-run', 'only tell what would be removed')
    .option(...json)
    .action(async (options) => run((await import('../commands/prune.ts')).prune, options));

  const state = program
    .command('state')
    .description('copy or move all runs, ticks and messages as a whole');
  state
    .command('export <file>')
    .description('write them as JSON lines, from SQLite or Postgres')
    .option(...json)
    .action(async (file, options) =>
      run((await import('../commands/state.ts')).exportState, file, options),
    );
  state
    .command('import <file>')
    .description('read such a file into an empty home or database')
    .option(...json)
    .action(async (file, options) =>
      run((await import('../commands/state.ts')).importState, file, options),
    );
  state
    .command('backup <name>')
    .description('copy the state file to backups/<name> of the home while the system runs')
    .option(...json)
    .action(async (name, options) =>
      run((await import('../commands/state.ts')).backupState, name, options),
    );
}
