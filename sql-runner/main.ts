import { systemClock } from '@triad/shared/clock/clock.ts';
import { loadConfig } from '@triad/shared/config/config.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { rehearse } from '@triad/shared/jobs/rehearse.ts';
import { startJob } from '@triad/shared/jobs/start-job.ts';
import { createLogger } from '@triad/shared/log/logger.ts';
import { openTracer } from '@triad/shared/tracing/otlp-tracer.ts';
import { loadBundle } from './compile/dataform-sandbox.ts';
import { sqlRunnerJob } from './job.ts';
import { openProfile } from './profiles/open-profile.ts';

await startJob('sql-runner', async () => {
  const config = loadConfig();
  const { sqlDirectory, dataset } = config;
  const profile = await openProfile(config, systemClock);
  const { artifacts, openWarehouse, fetchObject } = profile;
  const services = { openWarehouse, fetchObject, sqlDirectory, dataset };
  const warmUp = async () => {
    await rehearse(artifacts);
    loadBundle();
    await profile.warmUp();
  };
  return {
    job: sqlRunnerJob(services, warmUp),
    options: {
      artifacts,
      clock: systemClock,
      log: createLogger('sql-runner', config.logLevel),
      jobsDirectory: homeLayout(config.home).jobs,
      specText: config.jobSpec,
      traceparent: config.traceparent,
      tracer: await openTracer({ service: 'sql-runner', url: config.otlpUrl }),
    },
  };
});
