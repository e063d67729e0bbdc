import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { triadProcess } from '../cli/triad-process.ts';

/** No process waits for work that never comes: each step has one of its own. */
export const onHome = (home: string) => ({ TRIAD_HOME: home, TRIAD_WARM_WORKERS: '0' });

/** The reference pipeline, from the command line. */
export async function runRfm(home: string, source: string, date: string, params: string[] = []) {
  const options = params.flatMap((param) => ['--param', param]);
  const args = ['run', 'rfm', '--source', source, '--run-date', date, ...options, '--json'];
  const ended = await triadProcess(args, onHome(home));
  return { ...ended, view: JSON.parse(ended.stdout) as RunView };
}
