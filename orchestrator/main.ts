import { readFileSync } from 'node:fs';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { loadConfig } from '@triad/shared/config/config.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import { listen } from '@triad/shared/http/listen.ts';
import { timeOrderedIds } from '@triad/shared/ids/ids.ts';
import { createLogger } from '@triad/shared/log/logger.ts';
import { KyselyMessageStore } from '@triad/shared/messenger/kysely-message-store.ts';
import { defaultDeliveryPolicy, PushMessenger } from '@triad/shared/messenger/push-messenger.ts';
import { runService } from '@triad/shared/service/run-service.ts';
import { KyselyLeaseStore } from '@triad/shared/state/kysely-lease-store.ts';
import { KyselyRetentionStore } from '@triad/shared/state/kysely-retention-store.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { stateRoutes } from './api/state-routes.ts';
import { createApp } from './app.ts';
import { backupState } from './backup-state.ts';
import { openState } from './open-state.ts';
import { Orchestrator } from './orchestrator.ts';
import { loadPipelines } from './plan/load-pipelines.ts';
import { HttpWorkload } from './reconcile/http-workload.ts';
import { Retention } from './retention/retention.ts';
import { RoleKeeper } from './roles/role-keeper.ts';

await runService(async () => {
  const config = loadConfig();
  const log = createLogger('orchestrator', config.logLevel);
  const home = homeLayout(config.home);
  const clock = systemClock;
  const opened = await openState(config, clock.now());
  const { db } = opened;
  const ids = timeOrderedIds(clock);
  const state = new KyselyStateStore(db);
  const artifacts = new DirectoryArtifactStore({ directory: home.artifacts });
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
    artifacts,
    workload: new HttpWorkload(config.invoker.url),
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
  });
  const retention = new Retention({
    store: new KyselyRetentionStore(db),
    artifacts,
    role: new RoleKeeper({
      leases: new KyselyLeaseStore(db),
      clock,
      role: 'retention',
      holder: ids.next(),
      leaseMs: 60_000,
    }),
    clock,
    log,
    days: config.retentionDays,
  });
  const upkeep = stateRoutes({
    backup: (name) => backupState(opened, home.backups, name),
    prune: (days) => retention.prune(days),
    preview: (days) => retention.preview(days),
  });
  const server = await listen(createApp([...orchestrator.routes, ...upkeep], version(), log), {
    host: config.host,
    port: config.orchestrator.port,
    service: 'orchestrator',
    variable: 'TRIAD_ORCHESTRATOR_PORT',
  });
  await orchestrator.start();
  retention.start();
  return {
    url: server.url,
    log,
    async stop() {
      // Requests first: each one that was accepted is answered.
      await server.close();
      await orchestrator.stop();
      await retention.stop();
      await opened.close();
    },
  };
});

function version(): string {
  const text = readFileSync(new URL('./package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
