import { join, resolve } from 'node:path';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { JobView } from '@triad/shared/contracts/job-view.ts';
import type { JobLauncher } from '@triad/shared/jobs/job-launcher.ts';
import { JobsEmulator } from '../../emulators/jobs/jobs-emulator.ts';
import { ElapsingClock } from '../elapsing-clock.ts';
import { recordingLogger } from '../recording-logger.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { until } from '../until.ts';

const program = resolve(import.meta.dirname, 'scripted-job.ts');
export const scriptedImage = 'europe-docker.pkg.dev/project/triad/scripted:1a2b3c4';
/** Prints what it was given, and fails for now. */
export const echoImage = 'europe-docker.pkg.dev/project/triad/echo:1';
const echo = 'echo "$GREETING $TRACEPARENT $TRIAD_JOB"; exit 75';

/** A test server that has the images above, and what a launcher on it needs. */
export async function openCloud() {
  const home = await temporaryDirectory();
  const artifacts = new DirectoryArtifactStore({ directory: homeLayout(home).artifacts });
  const clock = new ElapsingClock();
  const { log, lines } = recordingLogger();
  const emulator = await JobsEmulator.start({
    images: { [scriptedImage]: [process.execPath, program], [echoImage]: ['sh', '-c', echo] },
    environment: { TRIAD_HOME: home, TMPDIR: process.env.TMPDIR },
    clock,
    graceMs: 300,
  });
  const options = {
    project: 'project',
    location: 'europe-west4',
    endpoint: emulator.endpoint,
    images: { scripted: { image: scriptedImage } },
    environment: { GREETING: 'hello' },
    artifacts,
    clock,
    log,
    pollMs: 20,
    readLog: async ({ resource }: { resource: string }) => emulator.log(resource),
  };
  const elapse = (ms: number) => clock.elapse(ms);
  return { emulator, options, artifacts, clock, lines, elapse, missing: join(home, 'nothing') };
}

/** How a job ends, once it has. */
export function endsOf(jobs: JobLauncher): (spec: JobSpec) => Promise<JobView> {
  const ends: JobView[] = [];
  jobs.onEnd((job) => ends.push(job));
  return (spec) => until('the job to end', async () => ends.find(({ name }) => name === spec.id));
}
