import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isSystemError } from '@triad/shared/errors/system-error.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';

/** What git says of the files that are deployed. */
export interface Checkout {
  branch: string;
  /** The full commit. */
  revision: string;
  /** Files that differ from the commit, those that git does not know included. */
  changes: number;
}

/** Runs git with these arguments and resolves with what it printed. */
export type Git = (args: string[]) => Promise<string>;

export const gitIn =
  (directory: string): Git =>
  async (args) => {
    try {
      return (await promisify(execFile)('git', args, { cwd: directory })).stdout.trim();
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw error;
      throw new TriadError('TOOL_MISSING', { tool: 'git' }, { cause: error });
    }
  };

/**
 * Reads the checkout. Errors: `TOOL_MISSING`, `DEPLOY_NO_CHECKOUT`, `DEPLOY_HEAD_DETACHED`.
 *
 * @param branch of a build machine, which checks out a commit and no branch
 */
export async function readCheckout(git: Git, branch?: string): Promise<Checkout> {
  const revision = await git(['rev-parse', '--verify', 'HEAD']).catch((error: unknown) => {
    if (error instanceof TriadError) throw error;
    throw new TriadError('DEPLOY_NO_CHECKOUT', {}, { cause: error });
  });
  const name = branch ?? (await git(['branch', '--show-current']));
  if (name === '') throw new TriadError('DEPLOY_HEAD_DETACHED', { revision });
  const status = await git(['status', '--porcelain', '--untracked-files=normal']);
  return { branch: name, revision, changes: status.split('\n').filter((line) => line).length };
}
