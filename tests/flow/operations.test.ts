import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import type { UserRole } from '@triad/shared/contracts/access.ts';
import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { httpJson } from '@triad/shared/http/http-json.ts';
import { timeOrderedIds } from '@triad/shared/ids/ids.ts';
import { KyselyAccessStore } from '@triad/shared/state/kysely-access-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { ApiTokens } from '../../orchestrator/access/api-tokens.ts';
import { EmbeddedSystem } from '../harness/embedded-system.ts';
import { type CollectedSpan, TraceCollector } from '../harness/trace-collector.ts';
import { until } from '../harness/until.ts';

const serviceToken = 's'.repeat(32);

/** Makes a token in the state of a system that does not run, as the first one is made. */
async function tokenFor(home: string, role: UserRole): Promise<string> {
  const db = await openSqlite(homeLayout(home).state);
  const store = new KyselyAccessStore(db);
  const ids = timeOrderedIds(systemClock);
  const tokens = new ApiTokens({ store, clock: systemClock, ids, randomBytes });
  const { token } = await tokens.create({ name: role, role }, 'test');
  await db.destroy();
  return token;
}

describe('a system that requires tokens and has a collector of traces', () => {
  let collector: TraceCollector;
  let system: EmbeddedSystem;
  let token: string;
  let run: RunView;

  const ask = (path: string, body?: object) => {
    const url = `${system.orchestratorUrl}${path}`;
    return httpJson({ service: 'orchestrator', url, token, ...(body && { body }) });
  };
  const text = async (url: string, bearer: string) =>
    (await fetch(url, { headers: { authorization: `Bearer ${bearer}` } })).text();

  before(async () => {
    collector = await TraceCollector.start();
    system = await EmbeddedSystem.create({
      TRIAD_AUTH: 'on',
      TRIAD_TOKEN: 'of a user',
      TRIAD_SERVICE_TOKEN: serviceToken,
      TRIAD_ALARM_CHANNELS: '{"ops":{"type":"log"}}',
      TRIAD_OTLP_URL: collector.url,
      // Outcomes alone bring the run to its end, so that each attempt is verified once.
      TRIAD_RECONCILE_SECONDS: '30',
    });
    token = await tokenFor(system.home, 'operator');
    await Promise.all([system.startService('orchestrator'), system.startService('invoker')]);
    const body = { pipeline: 'chain', runDate: '2026-01-31', params: { fail: 'second' } };
    const { runId } = (await ask('/v1/runs', body)) as RunView;
    run = await until('the run to finish', async () => {
      const view = (await ask(`/v1/runs/${runId}`)) as RunView;
      return view.finishedAt === null ? undefined : view;
    });
  });
  after(async () => {
    await system.stop();
    await collector.close();
  });

  test('the services know each other: a run goes through', () => {
    assert.equal(run.state, 'succeeded');
  });

  test('neither service answers without a token, and the invoker to no user', async () => {
    for (const url of [`${system.orchestratorUrl}/v1/runs`, `${system.invokerUrl}/jobs`]) {
      assert.equal((await fetch(url)).status, 401, url);
    }
    for (const path of ['/jobs', '/metrics', '/invoke?run_date=2026-01-31']) {
      const headers = { authorization: `Bearer ${token}` };
      assert.equal((await fetch(`${system.invokerUrl}${path}`, { headers })).status, 401, path);
    }
  });

  test('both services say that they are ready, to anyone', async () => {
    for (const url of [system.orchestratorUrl, system.invokerUrl]) {
      assert.equal((await fetch(`${url}/readyz`)).status, 204);
      assert.equal((await fetch(`${url}/healthz`)).status, 204);
    }
  });

  test('the metrics of both services tell of the run', async () => {
    const orchestrator = await text(`${system.orchestratorUrl}/metrics`, token);
    assert.match(
      orchestrator,
      /^triad_runs_finished_total\{pipeline="chain",state="succeeded"\} 1$/m,
    );
    assert.match(orchestrator, /^triad_steps_ended_total\{kind="container",end="succeeded"\} 3$/m);
    assert.match(orchestrator, /^triad_steps_ended_total\{kind="container",end="retried"\} 1$/m);
    assert.match(orchestrator, /^triad_outbox_messages 0$/m);
    assert.match(orchestrator, /^triad_reconcile_seconds_count [1-9]/m);
    // The run is done with the last manifest, which is before the last job has ended.
    const invoker = await until('the last job to end', async () => {
      const metrics = await text(`${system.invokerUrl}/metrics`, serviceToken);
      return /^triad_jobs_running 0$/m.test(metrics) ? metrics : undefined;
    });
    assert.match(invoker, /^triad_jobs_started_total\{job="scripted"\} 4$/m);
    assert.match(invoker, /^triad_jobs_ended_total\{state="succeeded"\} 3$/m);
    assert.match(invoker, /^triad_launch_seconds_count 4$/m);
  });

  test('the lines of each service about the run can be found by its id', async () => {
    for (const service of ['orchestrator', 'invoker'] as const) {
      const log = await readFile(join(system.home, 'logs', `${service}.log`), 'utf8');
      const lines = log
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ runId, step }) => runId === run.runId && step === 'second');
      assert.ok(lines.length > 0, service);
      assert.ok(
        lines.every(({ attempt, traceId }) => attempt && /^[0-9a-f]{32}$/.test(`${traceId}`)),
      );
    }
  });

  test('no job is told a secret of the services or of a user', async () => {
    const jobs = await readFile(join(system.home, 'secrets-seen'), 'utf8');
    assert.equal(jobs, 'none\n'.repeat(4));
  });

  test('a run is one trace: run, attempts, launches, jobs and verifications, each under its cause', async () => {
    // 1 run, 4 attempts, 4 launches, 4 jobs, 3 manifests that were verified.
    const spans = await until('all spans', async () =>
      collector.spans.length >= 16 ? collector.spans : undefined,
    );
    assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 1);
    assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, spans.length);
    const [root, ...otherRoots] = spans.filter(({ parentSpanId }) => !parentSpanId);
    assert.deepEqual(otherRoots, []);
    assert.ok(root);
    assert.deepEqual([root.name, root.service], ['run chain', 'triad-orchestrator']);

    const tree = (span: CollectedSpan): object => {
      const { name, service, status } = span;
      const began = (one: CollectedSpan) => BigInt(one.startTimeUnixNano);
      const inside = collector
        .under(span)
        .toSorted((a, b) => (began(a) < began(b) ? -1 : 1))
        .map(tree);
      const failed = status.code === 2 ? ' failed' : '';
      return { [`${name} (${service.replace('triad-', '')})${failed}`]: inside };
    };
    const launch = (failed = '') => ({
      'launch scripted (invoker)': [{ [`job scripted container (test-job)${failed}`]: [] }],
    });
    const verify = { 'verify (orchestrator)': [] };
    assert.deepEqual(collector.under(root).length, 4);
    assert.deepEqual(tree(root), {
      'run chain (orchestrator)': [
        { 'step first (orchestrator)': [launch(), verify] },
        { 'step second (orchestrator) failed': [launch(' failed')] },
        { 'step second (orchestrator)': [launch(), verify] },
        { 'step third (orchestrator)': [launch(), verify] },
      ],
    });
  });
});
