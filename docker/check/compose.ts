import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runView } from '@triad/shared/contracts/run-view.ts';
import { imagesOf } from './open-image.ts';
import { openReport } from './report.ts';
import { ComposeRun } from './run-compose.ts';
import { standIns, withStandIns } from './stand-ins.ts';
import { STARTS, timesOf } from './starts.ts';
import { statusOf, until, type Workbench, withBench } from './workbench.ts';

/*
 * node docker/check/compose.ts --prefix P --revision R
 * Runs the compose files on the images that build.sh built with buildah, as docker/README.md tells
 * people to. Needs root, and a network of its own: `unshare --net`, with loopback up.
 */

const { values } = parseArgs({
  options: {
    prefix: { type: 'string', default: 'localhost/triad' },
    revision: { type: 'string', default: '' },
  },
});
const { prefix, revision } = values;
const { check, conclude } = openReport();
const images = imagesOf(prefix, revision);

const start = (file: string, bench: Workbench): ComposeRun =>
  new ComposeRun({
    standIns,
    path: resolve(import.meta.dirname, '..', file),
    variables: {
      TRIAD_IMAGES: prefix,
      TRIAD_REVISION: revision,
      TRIAD_SERVICE_TOKEN: randomBytes(32).toString('hex'),
    },
    open(reference) {
      assert.ok(
        reference.startsWith(`${prefix}/`) && reference.endsWith(`:${revision}`),
        reference,
      );
      return images.open(reference.slice(prefix.length + 1, -revision.length - 1));
    },
    bench,
  });

/** Does something with a compose file, whose services must then end with 0 when they are told to. */
async function withCompose<T>(file: string, action: (compose: ComposeRun) => Promise<T>) {
  return withBench(async (bench) => {
    const compose = start(file, bench);
    let result: T;
    try {
      result = await action(compose);
    } catch (error) {
      const logs = compose.logs();
      await compose.stop();
      throw new Error(`${error instanceof Error ? error.message : String(error)}${logs}`);
    }
    for (const [name, code] of Object.entries(await compose.stop())) {
      assert.equal(code, 0, `exit code of ${name} after SIGTERM`);
    }
    return result;
  });
}

/** A run of the pipeline `rfm`: how many steps succeeded. */
async function runRfm(url: string, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const params = { source: 'simulated', customers: 400 };
  const body = JSON.stringify({ pipeline: 'rfm', runDate: '2026-01-31', params });
  const started = await fetch(`${url}/v1/runs`, { method: 'POST', headers, body });
  assert.ok(started.ok, `POST /v1/runs: ${started.status}`);
  let run = runView.parse(await started.json());
  const hasEnded = async () => {
    const answer = await fetch(`${url}/v1/runs/${run.runId}`, { headers });
    run = runView.parse(await answer.json());
    return ['succeeded', 'failed', 'cancelled'].includes(run.state);
  };
  await until('end of the run', hasEnded, { pauseMs: 200 });
  assert.equal(run.state, 'succeeded', JSON.stringify(run));
  return run.steps.filter(({ state }) => state === 'succeeded').length;
}

await check('compose.yml: a token, a start, and a whole run of the pipeline rfm', () =>
  withCompose('compose.yml', async (compose) => {
    const told = await compose.runOnce(
      ...(['triad', 'tokens', 'create', '--name', 'ada', '--role', 'admin'] as const),
    );
    const [token] = /^triad_\S+$/m.exec(told) ?? [];
    assert.ok(token, told);
    await compose.up('orchestrator', 'invoker');
    const url = 'http://127.0.0.1:4180';
    assert.equal(await statusOf(`${url}/v1/pipelines`), 401, 'without a token');
    return `${await runRfm(url, token)} steps succeeded`;
  }),
);

/** A token of the issuer of compose.emulators.yml. */
async function tokenOf(email: string, audience: string): Promise<string> {
  const query = new URLSearchParams({ email, audience });
  const token = await (await fetch(`http://127.0.0.1:8094/token?${query}`)).text();
  assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
  return token;
}

/** The profile gcp is healthy, and lets in who has a token: how long the invoker took. */
async function runInGoogleCloud(compose: ComposeRun): Promise<string> {
  await compose.runOnce('prepare');
  await compose.up('jobs', 'identity', 'orchestrator');
  const [orchestrator, invoker] = ['http://127.0.0.1:4180', 'http://127.0.0.1:4181'];
  const ada = await tokenOf('ada@shop.example', 'http://orchestrator:4180');
  assert.equal(await statusOf(`${orchestrator}/v1/pipelines`), 401, 'pipelines without a token');
  assert.equal(await statusOf(`${orchestrator}/v1/pipelines`, ada), 200, 'pipelines with one');
  assert.equal(await statusOf(`${orchestrator}/readyz`), 204, 'GET /readyz');
  const service = 'triad@triad-local.iam.gserviceaccount.com';
  const token = await tokenOf(service, 'http://invoker:4181');
  const answers = (path: string) => async () => (await statusOf(invoker + path, token)) === 204;
  // No limits: this machine runs all of the others, too, and a Postgres in this very process.
  const aliveMs: number[] = [];
  const wholeMs: number[] = [];
  while (aliveMs.length < STARTS) {
    const startMs = await compose.startTill('invoker', '204 of /healthz', answers('/healthz'));
    aliveMs.push(startMs);
    wholeMs.push(startMs + (await until('204 of /healthcheck', answers('/healthcheck'))));
    assert.equal(await statusOf(`${invoker}/healthcheck`), 401, '/healthcheck without a token');
    await compose.stopOne('invoker');
  }
  return `the invoker's first 204 of /healthz after ${timesOf(aliveMs)}, of /healthcheck after ${timesOf(wholeMs)}`;
}

await check('compose.emulators.yml: orchestrator and invoker in the profile gcp', () =>
  withStandIns(() => withCompose('compose.emulators.yml', runInGoogleCloud)),
);
images.close();
conclude();
