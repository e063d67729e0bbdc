import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { KyselyAccessStore } from '@triad/shared/state/kysely-access-store.ts';
import { KyselyAlarmStore } from '@triad/shared/state/kysely-alarm-store.ts';
import { KyselyBackfillStore } from '@triad/shared/state/kysely-backfill-store.ts';
import { KyselyBacklog } from '@triad/shared/state/kysely-backlog.ts';
import { KyselyEventStore } from '@triad/shared/state/kysely-event-store.ts';
import { KyselyResultHistory } from '@triad/shared/state/kysely-result-history.ts';
import { KyselyRunFacts } from '@triad/shared/state/kysely-run-facts.ts';
import { KyselySensorStore } from '@triad/shared/state/kysely-sensor-store.ts';
import { KyselySilenceStore } from '@triad/shared/state/kysely-silence-store.ts';
import { KyselyTickLedger } from '@triad/shared/state/kysely-tick-ledger.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { openTracer } from '@triad/shared/tracing/otlp-tracer.ts';
import { ApiTokens } from '../../../../orchestrator/access/api-tokens.ts';
import { type Route, roleOf } from '../../../../orchestrator/api/route.ts';
import { stateRoutes } from '../../../../orchestrator/api/state-routes.ts';
import { OrchestratorMetrics } from '../../../../orchestrator/observe/orchestrator-metrics.ts';
import { Orchestrator } from '../../../../orchestrator/orchestrator.ts';
import { setUpMessenger } from '../../../harness/messenger/messenger-setup.ts';
import { setUpOrchestrator } from '../../../harness/orchestrator/orchestrator-setup.ts';
import { FakeProbe } from '../../../harness/sensors/fake-probe.ts';

/** Every operation of an orchestrator as it runs. */
async function everyRoute(): Promise<Route[]> {
  const setup = await setUpOrchestrator();
  const { push } = await setUpMessenger(async (own) => ({ messenger: own, async close() {} }));
  const db = await openSqlite(':memory:');
  const access = new KyselyAccessStore(db);
  const never = async () => assert.fail('nobody asks');
  const orchestrator = new Orchestrator({
    ...setup,
    ledger: new KyselyTickLedger(db),
    backfills: new KyselyBackfillStore(db),
    events: new KyselyEventStore(db),
    sensors: new KyselySensorStore(db),
    probes: { files: new FakeProbe(), http: new FakeProbe() },
    eventSources: [],
    history: new KyselyResultHistory(db),
    messenger: push,
    workload: { getJob: never, check: never },
    pipelines: new Map(),
    poolSizes: new Map(),
    random: () => 0.5,
    maxActiveRuns: 1,
    codeRevision: 'test',
    schedulerEnabled: false,
    reconcileSeconds: 5,
    resendAfterSeconds: 30,
    queueLimitSeconds: 3600,
    alarms: {
      store: new KyselyAlarmStore(db),
      silences: new KyselySilenceStore(db),
      facts: new KyselyRunFacts(db),
      channels: new Map(),
      url: 'http://orchestrator',
      watcherEnabled: false,
      watchSeconds: 15,
      remindSeconds: undefined,
      attempts: 1,
      deadman: undefined,
      fetch: never,
    },
    operations: {
      access,
      tokens: new ApiTokens({ ...setup, store: access, randomBytes }),
      metrics: new OrchestratorMetrics(new KyselyBacklog(db), setup.clock),
      tracer: await openTracer({ service: 'test', url: undefined }),
    },
  });
  return [...orchestrator.routes, ...stateRoutes({ backup: never, prune: never, preview: never })];
}

test('viewers look and operators act, but for these operations', async () => {
  const others: Record<string, string[]> = {};
  for (const route of await everyRoute()) {
    const role = roleOf(route);
    if (role === (route.method === 'get' ? 'viewer' : 'operator')) continue;
    others[role] = [...(others[role] ?? []), `${route.method} ${route.path}`].toSorted();
  }
  assert.deepEqual(others, {
    anyone: ['get /healthz', 'get /readyz'],
    service: ['post /pubsub/push', 'post /v1/projects/{project}/topics/{topic}:publish'],
    admin: [
      'get /v1/audit',
      'get /v1/tokens',
      'post /v1/state:backup',
      'post /v1/state:prune',
      'post /v1/tokens',
      'post /v1/tokens/{id}:revoke',
    ],
  });
});

test('no two operations have the same method and path', async () => {
  const names = (await everyRoute()).map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
});
