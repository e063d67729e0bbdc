import { DirectoryArtifactStore } from '../../artifacts/directory-artifact-store.ts';
import { systemClock } from '../../clock/clock.ts';
import { imageEnvironment, plainEnvironment } from '../../config/child-environment.ts';
import { homeLayout } from '../../config/home.ts';
import { jobEnvironment } from '../../config/job-environment.ts';
import { startJob } from '../start-job.ts';
import { ArtifactMirror } from './artifact-mirror.ts';
import { runsContainers } from './container-job.ts';

/*
 * Runs the command of a container step: embedded, on the invoker's machine; in the cloud, as the
 * first program of the step's own image, which is built on docker/container.
 */

await startJob('container', systemClock, jobEnvironment, async ({ profile, home }) => {
  const layout = homeLayout(home);
  const isEmbedded = profile === 'embedded';
  const artifacts = isEmbedded
    ? new DirectoryArtifactStore({ directory: layout.artifacts })
    : await cloudArtifacts();
  const job = runsContainers({
    artifactsDirectory: layout.artifacts,
    mirror: isEmbedded ? undefined : new ArtifactMirror(artifacts, layout.artifacts),
    jobsDirectory: layout.jobs,
    environment: isEmbedded ? plainEnvironment() : imageEnvironment(),
    workingDirectory: isEmbedded ? undefined : process.cwd(),
  });
  return { job, artifacts };
});

/** With all of the configuration, which takes longer to load than a small job to run. */
async function cloudArtifacts() {
  const { loadConfig } = await import('../../config/config.ts');
  const { cloudArtifacts: open } = await import('../../artifacts/configured-bucket.ts');
  return open(loadConfig(), systemClock);
}
