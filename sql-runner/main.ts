import { systemClock } from '@triad/shared/clock/clock.ts';
import { loadConfig } from '@triad/shared/config/config.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { rehearse } from '@triad/shared/jobs/rehearse.ts';
import { runJob } from '@triad/shared/jobs/run-job.ts';
import { createLogger } from '@triad/shared/log/logger.ts';
import { openTracer } from '@triad/shared/tracing/otlp-tracer.ts';
import { loadBundle } from './compile/dataform-sandbox.ts';
import { sqlRunnerJob } from './job.ts';
import { openProfile } from './profiles/open-profile.ts';

const config = loadConfig();
const profile = await openProfile(config, systemClock);
const { artifacts, openWarehouse, fetchObject } = profile;

async function warmUp(): Promise<void> {
  await rehearse(artifacts);
  loadBundle();
  await profile.warmUp();
}

const { sqlDirectory, dataset } = config;
const services = { openWarehouse, fetchObject, sqlDirectory, dataset };

await runJob(sqlRunnerJob(services, warmUp), {
  artifacts,
  clock: systemClock,
  log: createLogger('sql-runner', config.logLevel),
  jobsDirectory: homeLayout(config.home).jobs,
  specText: config.jobSpec,
  traceparent: config.traceparent,
  tracer: await openTracer({ service: 'sql-runner', url: config.otlpUrl }),
});
