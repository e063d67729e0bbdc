import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addDeployCommands } from '../../../cli/programs/deploy-commands.ts';

function helpOf(...path: string[]): string {
  const program = new Command('triad');
  addDeployCommands(program, async () => {});
  let command = program;
  for (const name of path) {
    const found = command.commands.find((below) => below.name() === name);
    assert.ok(found, name);
    command = found;
  }
  return command.helpInformation();
}

const optionsIn = (help: string) =>
  [...help.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, option]) => option);

test('the help of triad deploy shows what it takes without a subcommand', () => {
  const options = optionsIn(helpOf('deploy', 'apply'));
  for (const option of ['--yes', '--plan', '--environment', '--branch', '--expires-in-days']) {
    assert.ok(options.includes(option), option);
  }
  assert.deepEqual(optionsIn(helpOf('deploy')), options);
  assert.match(helpOf('deploy'), /^ {2}teardown /m);
});

test('the help of another subcommand shows its own options alone', () => {
  const options = optionsIn(helpOf('deploy', 'teardown'));
  assert.ok(options.includes('--yes'));
  assert.ok(!options.includes('--branch'));
});
