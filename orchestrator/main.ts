import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { sleep, systemClock } from '@triad/shared/clock/clock.ts';
import type { AlarmChannelConfig } from '@triad/shared/config/alarm-channels.ts';
import { loadConfigWithSecrets } from '@triad/shared/config/config.ts';
import { googleSecretReader } from '@triad/shared/config/google-secret-reader.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { listen } from '@triad/shared/http/listen.ts';
import { timeOrderedIds } from '@triad/shared/ids/ids.ts';
import { createLogger, type Logger } from '@triad/shared/log/logger.ts';
import { KyselyMessageStore } from '@triad/shared/messenger/kysely-message-store.ts';
import { runService } from '@triad/shared/service/run-service.ts';
import { KyselyAccessStore } from '@triad/shared/state/kysely-access-store.ts';
import { KyselyAlarmStore } from '@triad/shared/state/kysely-alarm-store.ts';
import { KyselyBackfillStore } from '@triad/shared/state/kysely-backfill-store.ts';
import { KyselyBacklog } from '@triad/shared/state/kysely-backlog.ts';
import { KyselyEventStore } from '@triad/shared/state/kysely-event-store.ts';
import { KyselyLeaseStore } from '@triad/shared/state/kysely-lease-store.ts';
import { KyselyResultHistory } from '@triad/shared/state/kysely-result-history.ts';
import { KyselyRetentionStore } from '@triad/shared/state/kysely-retention-store.ts';
import { KyselyRunFacts } from '@triad/shared/state/kysely-run-facts.ts';
import { KyselySensorStore } from '@triad/shared/state/kysely-sensor-store.ts';
import { KyselySilenceStore } from '@triad/shared/state/kysely-silence-store.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { KyselyTickLedger } from '@triad/shared/state/kysely-tick-ledger.ts';
import { openTracer } from '@triad/shared/tracing/otlp-tracer.ts';
import { ApiTokens } from './access/api-tokens.ts';
import { auditLog } from './access/audit-log.ts';
import type { AlarmChannel } from './alarms/channels/alarm-channel.ts';
import { EmailChannel } from './alarms/channels/email-channel.ts';
import { LogChannel } from './alarms/channels/log-channel.ts';
import { SlackChannel } from './alarms/channels/slack-channel.ts';
import { WebhookChannel } from './alarms/channels/webhook-channel.ts';
import { checkChannels } from './alarms/check-channels.ts';
import { logRoutes } from './api/log-routes.ts';
import { stateRoutes } from './api/state-routes.ts';
import { createApp } from './app.ts';
import { backupState } from './backup-state.ts';
import { HttpJobLogs } from './logs/http-job-logs.ts';
import { OrchestratorMetrics } from './observe/orchestrator-metrics.ts';
import { openState } from './open-state.ts';
import { Orchestrator } from './orchestrator.ts';
import { checkJobs } from './plan/check-jobs.ts';
import { checkPools } from './plan/check-pools.ts';
import { loadPipelines } from './plan/load-pipelines.ts';
import { openProfile } from './profiles/open-profile.ts';
import { HttpWorkload } from './reconcile/http-workload.ts';
import { Retention } from './retention/retention.ts';
import { RoleKeeper } from './roles/role-keeper.ts';
import { CloudStorageFileListing } from './sensors/cloud-storage-file-listing.ts';
import { FilesProbe } from './sensors/files-probe.ts';
import { HttpProbe } from './sensors/http-probe.ts';
import { LocalFileListing } from './sensors/local-file-listing.ts';
import { S3FileListing } from './sensors/s3-file-listing.ts';

/** Messages between services, and the questions of those who watch over them. */
const unlimited = /^\/(healthz|readyz|metrics|pubsub\/push|v1\/projects\/.*:publish)$/;

await runService(async () => {
  const config = await loadConfigWithSecrets(googleSecretReader());
  const log = createLogger('orchestrator', config.logLevel, config.profile);
  const home = homeLayout(config.home);
  const clock = systemClock;
  const opened = await openState(config, clock.now());
  const { db } = opened;
  const ids = timeOrderedIds(clock);
  const state = new KyselyStateStore(db);
  const access = new KyselyAccessStore(db);
  const tokens = new ApiTokens({ store: access, clock, ids, randomBytes });
  const metrics = new OrchestratorMetrics(new KyselyBacklog(db), clock);
  const tracer = await openTracer({ service: 'orchestrator', url: config.otlpUrl });
  const profile = await openProfile({
    config,
    messages: new KyselyMessageStore(db),
    clock,
    ids,
    random: Math.random,
    log,
    users: (token) => tokens.authenticate(token),
    receive: (envelope) => orchestrator.receive(envelope),
  });
  const { artifacts, messenger, poolSizes, token } = profile;
  const pipelines = await loadPipelines(config.pipelinesDirectory, clock);
  checkChannels(pipelines.values(), config.alarms.channels.keys());
  checkPools(pipelines.values(), poolSizes);
  checkJobs(pipelines.values(), profile.jobs);
  const orchestrator = new Orchestrator({
    state,
    ledger: new KyselyTickLedger(db),
    backfills: new KyselyBackfillStore(db),
    events: new KyselyEventStore(db),
    sensors: new KyselySensorStore(db),
    probes: {
      files: new FilesProbe({
        'file:': new LocalFileListing(),
        'gs:': new CloudStorageFileListing(config.cloudStorageEndpoint),
        's3:': new S3FileListing(config.s3Endpoint),
      }),
      http: new HttpProbe(fetch),
    },
    eventSources: config.eventSources,
    history: new KyselyResultHistory(db),
    messenger,
    artifacts,
    workload: new HttpWorkload(config.invoker.url, token),
    pipelines,
    poolSizes,
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
    alarms: {
      ...config.alarms,
      store: new KyselyAlarmStore(db),
      silences: new KyselySilenceStore(db),
      facts: new KyselyRunFacts(db),
      channels: channelsOf(config.alarms.channels, log),
      url: config.orchestrator.url,
      fetch,
    },
    operations: { tokens, access, metrics, tracer },
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
  const logs = logRoutes(new HttpJobLogs(config.invoker.url, token));
  const app = createApp(
    [...orchestrator.routes, ...profile.routes, ...logs, ...upkeep],
    version(),
    log,
    {
      authenticate: profile.authenticate,
      rateLimit: { perMinute: config.rateLimit, counts: (path) => !unlimited.test(path) },
      metrics: metrics.http,
      audit: auditLog({ store: access, clock, ids, log }),
    },
  );
  const server = await listen(app, {
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
      orchestrator.drain();
      await sleep(clock, config.drainSeconds * 1000);
      // Requests first: each one that was accepted is answered.
      await server.close();
      await orchestrator.stop();
      await retention.stop();
      await tracer.close();
      await opened.close();
    },
  };
});

function channelsOf(
  configured: ReadonlyMap<string, AlarmChannelConfig>,
  log: Logger,
): Map<string, AlarmChannel> {
  const create = (name: string, config: AlarmChannelConfig): AlarmChannel => {
    switch (config.type) {
      case 'webhook':
        return new WebhookChannel({ ...config, name, fetch });
      case 'slack':
        return new SlackChannel({ ...config, name, fetch });
      case 'email':
        return new EmailChannel({ ...config, name });
      case 'log':
        return new LogChannel(log);
    }
  };
  return new Map([...configured].map(([name, config]) => [name, create(name, config)]));
}

function version(): string {
  const text = readFileSync(new URL('./package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
