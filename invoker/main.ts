import { join } from 'node:path';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { childEnvironment } from '@triad/shared/config/child-environment.ts';
import { loadConfig } from '@triad/shared/config/config.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { listen } from '@triad/shared/http/listen.ts';
import { timeOrderedIds } from '@triad/shared/ids/ids.ts';
import { LocalProcessJobs } from '@triad/shared/jobs/local-process-jobs.ts';
import { createLogger } from '@triad/shared/log/logger.ts';
import { HttpMessenger } from '@triad/shared/messenger/http-messenger.ts';
import { runService } from '@triad/shared/service/run-service.ts';
import { Housekeeping } from './housekeeping.ts';
import { createInvoker } from './invoker.ts';
import { jobPrograms } from './job-programs.ts';

await runService(async () => {
  const config = loadConfig();
  const log = createLogger('invoker', config.logLevel);
  const home = homeLayout(config.home);
  const clock = systemClock;
  const artifacts = new DirectoryArtifactStore({ directory: home.artifacts });
  const jobs = new LocalProcessJobs({
    directory: home.jobs,
    programs: jobPrograms(config),
    artifacts,
    clock,
    log,
    environment: childEnvironment({
      TRIAD_HOME: config.home,
      // In our own environment it would make every waiting process do that job.
      TRIAD_JOB: undefined,
      // Jobs do not open the state, and need not know its password.
      TRIAD_DATABASE_URL: undefined,
    }),
  });
  const invoker = createInvoker({
    artifacts,
    jobs,
    messenger: new HttpMessenger({ url: config.orchestrator.url }),
    clock,
    ids: timeOrderedIds(clock),
    log,
    codeRevision: config.codeRevision,
  });
  const housekeeping = new Housekeeping({
    jobsDirectory: home.jobs,
    temporaryDirectory: join(home.artifacts, '.temporary'),
    poolDirectory: join(home.jobs, '.pool'),
    days: config.retentionDays,
    clock,
    log,
  });
  const server = await listen(invoker.app, {
    host: config.host,
    port: config.invoker.port,
    service: 'invoker',
    variable: 'TRIAD_INVOKER_PORT',
  });
  // It waits for the orchestrator, which may start after this process is ready.
  void invoker.start();
  // The waiting processes load while the rest of the system does; nobody needs to wait for them.
  void housekeeping.start().then(() => jobs.warmUp());
  return {
    url: server.url,
    log,
    async stop() {
      await server.close();
      await housekeeping.stop();
      await invoker.stop();
    },
  };
});
