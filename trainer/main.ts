import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { loadConfig } from '@triad/shared/config/config.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { runJob } from '@triad/shared/jobs/run-job.ts';
import { createLogger } from '@triad/shared/log/logger.ts';
import { openTracer } from '@triad/shared/tracing/otlp-tracer.ts';
import { clvLearner } from './learners/clv/clv-learner.ts';
import { predict } from './steps/predict.ts';
import { train } from './steps/train.ts';

const config = loadConfig();
const home = homeLayout(config.home);
const learners = [clvLearner];

await runJob(
  { name: 'trainer', handlers: { train: train(learners), predict: predict(learners) } },
  {
    artifacts: new DirectoryArtifactStore({ directory: home.artifacts }),
    clock: systemClock,
    log: createLogger('trainer', config.logLevel),
    jobsDirectory: home.jobs,
    specText: config.jobSpec,
    traceparent: config.traceparent,
    tracer: await openTracer({ service: 'trainer', url: config.otlpUrl }),
  },
);
