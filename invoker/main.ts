import { join } from 'node:path';
import { serviceOr } from '@triad/shared/access/service-token.ts';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { sleep, systemClock } from '@triad/shared/clock/clock.ts';
import { childEnvironment } from '@triad/shared/config/child-environment.ts';
import { loadConfigWithSecrets } from '@triad/shared/config/config.ts';
import { googleSecretReader } from '@triad/shared/config/google-secret-reader.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { requiredServiceToken } from '@triad/shared/config/requires-token.ts';
import { listen } from '@triad/shared/http/listen.ts';
import { timeOrderedIds } from '@triad/shared/ids/ids.ts';
import { InProcessJobs } from '@triad/shared/jobs/in-process-jobs.ts';
import { LocalProcessJobs } from '@triad/shared/jobs/local-process-jobs.ts';
import { RoutedJobs } from '@triad/shared/jobs/routed-jobs.ts';
import { createLogger } from '@triad/shared/log/logger.ts';
import { HttpMessenger } from '@triad/shared/messenger/http-messenger.ts';
import { runService } from '@triad/shared/service/run-service.ts';
import { openTracer } from '@triad/shared/tracing/otlp-tracer.ts';
import { Housekeeping } from './housekeeping.ts';
import { createInvoker } from './invoker.ts';
import { jobPrograms } from './job-programs.ts';
import { loadInProcessJobs } from './load-in-process-jobs.ts';

/** What a writer has left for this long is of one that died, in milliseconds. */
const staleMs = 24 * 3600 * 1000;

await runService(async () => {
  const config = await loadConfigWithSecrets(googleSecretReader());
  const log = createLogger('invoker', config.logLevel);
  const home = homeLayout(config.home);
  const clock = systemClock;
  const artifacts = new DirectoryArtifactStore({ directory: home.artifacts });
  const processes = new LocalProcessJobs({
    directory: home.jobs,
    programs: jobPrograms(config),
    artifacts,
    clock,
    log,
    // A job spec in our own environment would make every waiting process do that job.
    environment: childEnvironment({
      TRIAD_HOME: config.home,
      TRIAD_ARTIFACTS: home.artifacts,
      TRIAD_JOB: undefined,
      TRACEPARENT: undefined,
      // A job is anybody's program: it may not open the state, nor speak for a service or a user, nor
      // have the addresses of alarms.
      TRIAD_DATABASE_URL: undefined,
      TRIAD_ALARM_CHANNELS: undefined,
      TRIAD_SERVICE_TOKEN: undefined,
      TRIAD_TOKEN: undefined,
    }),
  });
  const tracer = await openTracer({ service: 'invoker', url: config.otlpUrl });
  const lightJobsDirectory = join(home.jobs, '.in-process');
  const light = new InProcessJobs({
    directory: lightJobsDirectory,
    jobs: await loadInProcessJobs(config.inProcessJobs, processes.jobNames),
    artifacts,
    clock,
    log,
    concurrency: config.inProcessLimit,
    tracer,
  });
  const jobs = new RoutedJobs([processes, light]);
  const invoker = createInvoker({
    artifacts,
    jobs,
    messenger: new HttpMessenger({ url: config.orchestrator.url, token: config.serviceToken }),
    clock,
    ids: timeOrderedIds(clock),
    log,
    codeRevision: config.codeRevision,
    tracer,
    guard: {
      ...(config.requiresToken && {
        authenticate: serviceOr(requiredServiceToken(config.serviceToken)),
      }),
      // Messages and questions of the orchestrator are as many as there is work.
      rateLimit: { perMinute: config.rateLimit, counts: (path) => path === '/invoke' },
    },
  });
  const housekeeping = new Housekeeping({
    jobsDirectories: [home.jobs, lightJobsDirectory],
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
  const staleAt = new Date(clock.now().getTime() - staleMs);
  artifacts.sweep(staleAt).catch((error: unknown) => {
    log.warn({ err: error }, 'What dead writers left in the artifact store was not removed');
  });
  // It waits for the orchestrator, which may start after this process is ready.
  void invoker.start();
  // The waiting processes load while the rest of the system does; nobody needs to wait for them.
  void housekeeping.start().then(() => processes.warmUp());
  return {
    url: server.url,
    log,
    async stop() {
      invoker.drain();
      await sleep(clock, config.drainSeconds * 1000);
      await server.close();
      await housekeeping.stop();
      await invoker.stop();
      await tracer.close();
    },
  };
});
