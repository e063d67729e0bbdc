import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { temporaryDirectory } from '../temporary-directory.ts';

/**
 * Runs a script in a process of its own, where Google's libraries find no credentials, and with it
 * whatever they leave behind. `@triad/shared` can be imported by it.
 *
 * @returns the lines that it printed, and `alive` last when it lived to its end
 */
export async function scriptWithoutCredentials(
  script: string,
  env: NodeJS.ProcessEnv = {},
): Promise<string[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--input-type=module-typescript',
      '--eval',
      `${script}
      await new Promise((resolve) => setTimeout(resolve));
      console.log('alive');`,
    ],
    {
      cwd: resolve(import.meta.dirname, '../../../shared'),
      env: {
        PATH: process.env.PATH,
        CLOUDSDK_CONFIG: await temporaryDirectory(),
        METADATA_SERVER_DETECTION: 'none',
        ...env,
      },
      // Requests that nobody may make would be tried again for longer.
      timeout: 20_000,
    },
  );
  return stdout.trim().split('\n');
}
