import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { hideWarning } from '../../../cli/system/hide-warning.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

const repository = resolve(import.meta.dirname, '../../..');

/** Runs a program with nothing of this process's environment; answers with its standard error. */
const stderrOf = (args: string[], cwd: string, env: Record<string, string>): Promise<string> =>
  new Promise((done) => {
    const options = { cwd, env: { PATH: process.env.PATH, HOME: cwd, ...env } };
    execFile(process.execPath, args, options, (_error, _stdout, stderr) => done(stderr));
  });

test('without credentials the coded error is all that triad deploy says', async () => {
  // What answers there is no metadata server, of which Google's library warns.
  const server = createServer((_request, response) => response.writeHead(403).end());
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const directory = await temporaryDirectory();
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
      cwd: directory,
      stdio: 'pipe',
    });
  git('init', '--initial-branch', 'feature');
  git('commit', '--allow-empty', '-m', 'first');
  const environments = join(repository, 'docker/environments.example.json');
  const args = [join(repository, 'cli/main.ts'), 'deploy', '--environments', environments];
  const { port } = server.address() as AddressInfo;
  const stderr = await stderrOf(args, directory, { GCE_METADATA_HOST: `127.0.0.1:${port}` });
  server.close();
  server.closeAllConnections();
  assert.match(
    stderr,
    /^Error DEPLOY_CREDENTIALS_MISSING: [^\n]+default credentials[^\n]+\nTo fix: [^\n]+\n$/,
  );
});

test('a warning of another name is printed as ever', () => {
  const printers = process.listeners('warning');
  const printed: string[] = [];
  process.removeAllListeners('warning');
  process.on('warning', ({ message }) => void printed.push(message));
  hideWarning('Hidden');
  for (const name of ['Hidden', 'Shown']) {
    process.emit('warning', Object.assign(new Error(name), { name }));
  }
  process.removeAllListeners('warning');
  for (const printer of printers) process.on('warning', printer);
  assert.deepEqual(printed, ['Shown']);
});
