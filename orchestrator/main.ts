import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { serviceOr } from '@triad/shared/access/service-token.ts';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { sleep, systemClock } from '@triad/shared/clock/clock.ts';
import { loadConfig } from '@triad/shared/config/config.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { requiredServiceToken } from '@triad/shared/config/requires-token.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import { listen } from '@triad/shared/http/listen.ts';
import { timeOrderedIds } from '@triad/shared/ids/ids.ts';
import { createLogger } from '@triad/shared/log/logger.ts';
import { KyselyMessageStore } from '@triad/shared/messenger/kysely-message-store.ts';
import { defaultDeliveryPolicy, PushMessenger } from '@triad/shared/messenger/push-messenger.ts';
import { runService } from '@triad/shared/service/run-service.ts';
import { describeHolder, lockHome } from '@triad/shared/state/home-lock.ts';
import { KyselyAccessStore } from '@triad/shared/state/kysely-access-store.ts';
import { KyselyBacklog } from '@triad/shared/state/kysely-backlog.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { openTracer } from '@triad/shared/tracing/otlp-tracer.ts';
import { ApiTokens } from './access/api-tokens.ts';
import { auditLog } from './access/audit-log.ts';
import { createApp } from './app.ts';
import { OrchestratorMetrics } from './observe/orchestrator-metrics.ts';
import { Orchestrator } from './orchestrator.ts';
import { loadPipelines } from './plan/load-pipelines.ts';
import { HttpWorkload } from './reconcile/http-workload.ts';

await runService(async () => {
  const config = loadConfig();
  const serviceToken = config.requiresToken && requiredServiceToken(config.serviceToken);
  const log = createLogger('orchestrator', config.logLevel);
  const home = homeLayout(config.home);
  const unlock = lockHome(config.home, home.lock, () => describeHolder(home.system));
  const db = await openSqlite(home.state);
  const clock = systemClock;
  const ids = timeOrderedIds(clock);
  const state = new KyselyStateStore(db);
  const access = new KyselyAccessStore(db);
  const tokens = new ApiTokens({ store: access, clock, ids, randomBytes });
  const metrics = new OrchestratorMetrics(new KyselyBacklog(db), clock);
  const tracer = await openTracer({ service: 'orchestrator', url: config.otlpUrl });
  const messenger = new PushMessenger({
    store: new KyselyMessageStore(db),
    subscriptions: [
      { name: 'invoker', topic: topic.commands, endpoint: `${config.invoker.url}/pubsub/push` },
      {
        name: 'orchestrator',
        topic: topic.outcomes,
        endpoint: `${config.orchestrator.url}/pubsub/push`,
      },
    ],
    token: config.serviceToken,
    clock,
    ids,
    random: Math.random,
    fetch,
    log,
    policy: { ...defaultDeliveryPolicy, maxAttempts: config.deliveryAttempts },
  });
  const orchestrator = new Orchestrator({
    state,
    messenger,
    artifacts: new DirectoryArtifactStore({ directory: home.artifacts }),
    workload: new HttpWorkload(config.invoker.url, config.serviceToken),
    pipelines: await loadPipelines(config.pipelinesDirectory),
    // DuckDB lets one process write.
    poolSizes: new Map([...Object.entries(config.pools), ['warehouse', 1]]),
    clock,
    ids,
    random: Math.random,
    log,
    maxActiveRuns: config.maxActiveRuns,
    codeRevision: config.codeRevision,
    schedulerEnabled: config.schedulerEnabled,
    reconcileSeconds: config.reconcileSeconds,
    resendAfterSeconds: config.resendSeconds,
    queueLimitSeconds: config.queueLimitSeconds,
    operations: { tokens, access, metrics, tracer },
  });
  const app = createApp(orchestrator.routes, version(), log, {
    authenticate: serviceToken
      ? serviceOr(serviceToken, (token) => tokens.authenticate(token))
      : undefined,
    rateLimit: { perMinute: config.rateLimit, counts: (path) => !unlimited.test(path) },
    metrics: metrics.http,
    audit: auditLog({ store: access, clock, ids, log }),
  });
  const server = await listen(app, {
    host: config.host,
    port: config.orchestrator.port,
    service: 'orchestrator',
    variable: 'TRIAD_ORCHESTRATOR_PORT',
  });
  await orchestrator.start();
  return {
    url: server.url,
    log,
    async stop() {
      orchestrator.drain();
      await sleep(clock, config.drainSeconds * 1000);
      // Requests first: each one that was accepted is answered.
      await server.close();
      await orchestrator.stop();
      await tracer.close();
      await state.close();
      unlock();
    },
  };
});

/** Messages between services, and the questions of those who watch over them. */
const unlimited = /^\/(healthz|readyz|metrics|pubsub\/push|v1\/projects\/.*:publish)$/;

function version(): string {
  const text = readFileSync(new URL('./package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
