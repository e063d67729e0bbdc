import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryDirectory } from '../temporary-directory.ts';

const harness = resolve(import.meta.dirname, '..');

const scriptedJob = [process.execPath, join(harness, 'jobs/flow-job.ts')];

/**
 * A home of its own, on free ports, whose pipeline `chain` does as its parameters say.
 *
 * @param job the command line that does the steps of `chain`
 */
export async function scriptedHome(job: string[] = scriptedJob) {
  const home = await temporaryDirectory();
  const env = {
    TRIAD_HOME: home,
    TRIAD_ORCHESTRATOR_PORT: '0',
    TRIAD_INVOKER_PORT: '0',
    TRIAD_WARM_WORKERS: '0',
    TRIAD_RECONCILE_SECONDS: '0.2',
    TRIAD_PIPELINES_DIR: join(harness, 'pipelines'),
    TRIAD_JOBS: JSON.stringify({ scripted: job }),
  };
  return {
    home,
    env,
    /** Lets the step that holds go on. */
    letGo: (runId: string) => writeFileSync(join(home, `go-${runId}`), ''),
  };
}
