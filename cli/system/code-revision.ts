import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * The commit that `directory` has checked out, with `-dirty` where files differ from it; `unknown`
 * when it is not the root of a checkout.
 */
export async function codeRevision(directory: string): Promise<string> {
  try {
    const answer = await git(directory, ['rev-parse', '--show-toplevel', '--verify', 'HEAD']);
    const [root = '', commit = ''] = answer.split('\n');
    if (root !== (await realpath(directory)) || commit === '') return 'unknown';
    const changes = await git(directory, ['status', '--porcelain', '--untracked-files=normal']);
    return changes === '' ? commit : `${commit}-dirty`;
  } catch {
    return 'unknown';
  }
}

async function git(directory: string, args: string[]): Promise<string> {
  return (await promisify(execFile)('git', args, { cwd: directory })).stdout;
}
