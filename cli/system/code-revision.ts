import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The commit that `directory` has checked out; `unknown` when it is not the root of a checkout. */
export async function codeRevision(directory: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(
      'git',
      ['rev-parse', '--show-toplevel', '--verify', 'HEAD'],
      { cwd: directory },
    );
    const [root = '', commit = ''] = stdout.split('\n');
    return root === (await realpath(directory)) && commit !== '' ? commit : 'unknown';
  } catch {
    return 'unknown';
  }
}
