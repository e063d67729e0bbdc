import { serviceOr } from '@triad/shared/access/service-token.ts';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { sleep, systemClock } from '@triad/shared/clock/clock.ts';
import { childEnvironment } from '@triad/shared/config/child-environment.ts';
import { loadConfig } from '@triad/shared/config/config.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { requiredServiceToken } from '@triad/shared/config/requires-token.ts';
import { listen } from '@triad/shared/http/listen.ts';
import { timeOrderedIds } from '@triad/shared/ids/ids.ts';
import { LocalProcessJobs } from '@triad/shared/jobs/local-process-jobs.ts';
import { createLogger } from '@triad/shared/log/logger.ts';
import { HttpMessenger } from '@triad/shared/messenger/http-messenger.ts';
import { runService } from '@triad/shared/service/run-service.ts';
import { openTracer } from '@triad/shared/tracing/otlp-tracer.ts';
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
    // A job spec in our own environment would make every waiting process do that job.
    environment: childEnvironment({
      TRIAD_HOME: config.home,
      TRIAD_JOB: undefined,
      TRACEPARENT: undefined,
      // A job is anybody's program: it may not speak for a service or for a user.
      TRIAD_SERVICE_TOKEN: undefined,
      TRIAD_TOKEN: undefined,
    }),
  });
  const tracer = await openTracer({ service: 'invoker', url: config.otlpUrl });
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
  const server = await listen(invoker.app, {
    host: config.host,
    port: config.invoker.port,
    service: 'invoker',
    variable: 'TRIAD_INVOKER_PORT',
  });
  // It waits for the orchestrator, which may start after this process is ready.
  void invoker.start();
  // The waiting processes load while the rest of the system does; nobody needs to wait for them.
  void jobs.warmUp();
  return {
    url: server.url,
    log,
    async stop() {
      invoker.drain();
      await sleep(clock, config.drainSeconds * 1000);
      await server.close();
      await invoker.stop();
      await tracer.close();
    },
  };
});
