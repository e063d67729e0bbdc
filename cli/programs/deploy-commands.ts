import type { Command as Program } from 'commander';
import { environmentName } from '../deploy/environment.ts';
import { oneOf, wholeNumber } from '../params/option-values.ts';
import { json, type Run, showOptionsOf } from './command-group.ts';

/** The commands about Google Cloud: what runs there, and which revision. */
export function addDeployCommands(program: Program, run: Run): void {
  program.commandsGroup('Google Cloud:');

  const deploy = program
    .command('deploy')
    .description(
      'deploy this branch: main to production, others beside each other until they expire',
    );
  const apply = deploy.command('apply', { isDefault: true });
  showOptionsOf(apply, deploy);
  changing(where(apply, 'by default that of the branch'))
    .description('show what deploying would change; with --yes, do it')
    .option('--branch <name>', 'where git checked out a commit and no branch')
    .option(
      '--expires-in-days <n>',
      'how long the namespace of a branch stays',
      wholeNumber('--expires-in-days', { minimum: 1, maximum: 365 }),
      14,
    )
    .action(async (options) => run((await import('../commands/deploy.ts')).deploy, options));
  changing(where(deploy.command('teardown [branch]'), 'by default that of the branch'))
    .description('remove the namespace of a branch, by default of this one, with all its data')
    .action(async (branch, options) =>
      run((await import('../commands/deploy.ts')).teardown, branch, options),
    );
  where(deploy.command('list'), 'by default dev')
    .description('list what is deployed, and until when it stays')
    .action(async (options) => run((await import('../commands/deploy.ts')).listDeployed, options));
  changing(where(deploy.command('expired'), 'by default dev'))
    .description('remove the namespaces whose last day is over')
    .action(async (options) => run((await import('../commands/deploy.ts')).removeExpired, options));
  where(deploy.command('tested <revision>'), 'by default staging')
    .description('write down that a revision was tested, so that it may be promoted')
    .option('--run <id>', 'the run that it was tested with')
    .action(async (revision, options) =>
      run((await import('../commands/deploy.ts')).markTested, revision, options),
    );

  changing(where(program.command('promote [revision]'), 'by default production'))
    .description('send the requests to a revision that was tested in staging')
    .option('--rollback', 'back to where they went before the last promotion')
    .action(async (revision, options) =>
      run((await import('../commands/promote.ts')).promote, revision, options),
    );
}

const where = (command: Program, usual: string): Program =>
  command
    .option(
      '--environment <name>',
      `${environmentName.options.join(', ')}; ${usual}`,
      oneOf('--environment', environmentName.options),
    )
    .option(
      '--environments <file>',
      'what Terraform made, as docs/google-cloud.md shows',
      'docker/environments.json',
    )
    .option(...json);

const changing = (command: Program): Program =>
  command.option('--plan', 'only show it, which is the default').option('--yes', 'do it');
