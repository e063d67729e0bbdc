import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
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
import { ApiTokens } from '../../../orchestrator/access/api-tokens.ts';
import { OrchestratorMetrics } from '../../../orchestrator/observe/orchestrator-metrics.ts';
import { Orchestrator, type OrchestratorOptions } from '../../../orchestrator/orchestrator.ts';
import { setUpMessenger } from '../messenger/messenger-setup.ts';
import { FakeProbe } from '../sensors/fake-probe.ts';
import { setUpOrchestrator } from './orchestrator-setup.ts';

/** An orchestrator with all of its parts on an empty state in memory, and a clock that is moved by hand. */
export async function setUpWholeOrchestrator(more: Partial<OrchestratorOptions> = {}) {
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
    ...more,
  });
  return { orchestrator, clock: setup.clock };
}
