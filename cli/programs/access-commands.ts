import { userRole } from '@triad/shared/contracts/access.ts';
import type { Command as Program } from 'commander';
import { oneOf, wholeNumber } from '../params/option-values.ts';
import { json, type Run } from './command-group.ts';

/** The commands about who may do what, and who did. */
export function addAccessCommands(program: Program, run: Run): void {
  program.commandsGroup('Access:');

  const tokens = program
    .command('tokens')
    .description('API tokens of people and programs: list, create, revoke; for admins');
  tokens
    .command('list', { isDefault: true })
    .description('list them, newest first, without their secrets')
    .option(...json)
    .action(async (options) => run((await import('../commands/tokens.ts')).listTokens, options));
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
    .action(async (options) => run((await import('../commands/tokens.ts')).createToken, options));
  tokens
    .command('revoke <id>')
    .description('refuse one from now on')
    .option(...json)
    .action(async (id, options) =>
      run((await import('../commands/tokens.ts')).revokeToken, id, options),
    );

  program
    .command('audit')
    .description('list who did what, newest first; for admins')
    .option('--actor <name>', 'only of this token')
    .option('--outcome <outcome>', 'done, refused', oneOf('--outcome', ['done', 'refused']))
    .option('--limit <n>', 'at most this many', wholeNumber('--limit', lengths), 50)
    .option('--before <entry>', 'only those older than this entry')
    .option(...json)
    .action(async (options) => run((await import('../commands/audit.ts')).audit, options));
}

const lengths = { minimum: 1, maximum: 500 };
