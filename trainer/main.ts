import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { jobEnvironment } from '@triad/shared/config/job-environment.ts';
import { rehearse } from '@triad/shared/jobs/rehearse.ts';
import { startJob } from '@triad/shared/jobs/start-job.ts';
import { clvLearner } from './learners/clv/clv-learner.ts';
import { canary } from './steps/canary.ts';
import { predict } from './steps/predict.ts';
import { train } from './steps/train.ts';

await startJob('trainer', systemClock, jobEnvironment, async ({ profile, home }) => {
  const artifacts =
    profile === 'embedded'
      ? new DirectoryArtifactStore({ directory: homeLayout(home).artifacts })
      : await cloudArtifacts();
  const learners = [clvLearner];
  const handlers = {
    train: train(learners),
    predict: predict(learners),
    canary: canary(learners),
  };
  return { job: { name: 'trainer', handlers, warmUp: () => rehearse(artifacts) }, artifacts };
});

/** With all of the configuration, which takes longer to load than a small job to run. */
async function cloudArtifacts() {
  const { loadConfig } = await import('@triad/shared/config/config.ts');
  const { cloudArtifacts: open } = await import('@triad/shared/artifacts/configured-bucket.ts');
  return open(loadConfig(), systemClock);
}
