import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { triadProcess } from '../cli/triad-process.ts';

/** No process waits for work that never comes: each step has one of its own. */
export const onHome = (home: string) => ({ TRIAD_HOME: home, TRIAD_WARM_WORKERS: '0' });

/**
 * The reference pipeline, from the command line.
 *
 * @param on the variables that say where
 */
export async function runRfm(
  on: NodeJS.ProcessEnv,
  source: string,
  date: string,
  params: string[] = [],
) {
  const options = params.flatMap((param) => ['--param', param]);
  const args = ['run', 'rfm', '--source', source, '--run-date', date, ...options, '--json'];
  const ended = await triadProcess(args, on);
  return { ...ended, view: JSON.parse(ended.stdout) as RunView };
}
