import { systemClock } from '@triad/shared/clock/clock.ts';
import { loadConfig } from '@triad/shared/config/config.ts';
import { rehearse } from '@triad/shared/jobs/rehearse.ts';
import { startJob } from '@triad/shared/jobs/start-job.ts';
import { loadBundle } from './compile/dataform-sandbox.ts';
import { sqlRunnerJob } from './job.ts';
import { openProfile } from './profiles/open-profile.ts';

await startJob('sql-runner', systemClock, loadConfig, async (config) => {
  const { sqlDirectory, dataset } = config;
  const profile = await openProfile(config, systemClock);
  const { artifacts, openWarehouse, fetchObject } = profile;
  const services = { openWarehouse, fetchObject, sqlDirectory, dataset };
  const warmUp = async () => {
    await rehearse(artifacts);
    loadBundle();
    await profile.warmUp();
  };
  return { job: sqlRunnerJob(services, warmUp), artifacts };
});
