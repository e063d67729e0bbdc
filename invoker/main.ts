import { sleep, systemClock } from '@triad/shared/clock/clock.ts';
import { loadConfigWithSecrets } from '@triad/shared/config/config.ts';
import { googleSecretReader } from '@triad/shared/config/google-secret-reader.ts';
import { listen } from '@triad/shared/http/listen.ts';
import { timeOrderedIds } from '@triad/shared/ids/ids.ts';
import { createLogger } from '@triad/shared/log/logger.ts';
import { runService } from '@triad/shared/service/run-service.ts';
import { openTracer } from '@triad/shared/tracing/otlp-tracer.ts';
import { createInvoker } from './invoker.ts';
import { openProfile } from './profiles/open-profile.ts';

await runService(async () => {
  const config = await loadConfigWithSecrets(googleSecretReader());
  const log = createLogger('invoker', config.logLevel, config.profile);
  const clock = systemClock;
  const tracer = await openTracer({ service: 'invoker', url: config.otlpUrl });
  const profile = await openProfile({ config, clock, random: Math.random, log, tracer });
  const { artifacts, jobs, messenger, authenticate } = profile;
  const invoker = createInvoker({
    artifacts,
    jobs,
    messenger,
    clock,
    ids: timeOrderedIds(clock),
    log,
    codeRevision: config.codeRevision,
    tracer,
    guard: {
      ...(authenticate && { authenticate }),
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
  profile.begin(invoker.receive);
  return {
    url: server.url,
    log,
    async stop() {
      invoker.drain();
      await sleep(clock, config.drainSeconds * 1000);
      await server.close();
      await profile.end();
      await invoker.stop();
      await tracer.close();
    },
  };
});
