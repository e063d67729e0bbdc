import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { manifestPath, parseManifest } from '@triad/shared/contracts/manifest.ts';
import type { StepHandler } from '@triad/shared/jobs/job.ts';
import { performJob } from '@triad/shared/jobs/perform-job.ts';
import { FakeClock } from '../../harness/fake-clock.ts';
import { jobSpecWith } from '../../harness/job-spec.ts';
import { recordingLogger } from '../../harness/recording-logger.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

async function setUp() {
  const directory = await temporaryDirectory();
  const clock = new FakeClock();
  const artifacts = new DirectoryArtifactStore({ directory: join(directory, 'artifacts') });
  const scratch = join(directory, 'scratch');
  const { log } = recordingLogger();
  const { signal } = new AbortController();
  const spec = jobSpecWith({});
  const perform = (handler: StepHandler, of = spec) =>
    performJob({ name: 'test', handlers: { container: handler } }, of, {
      artifacts,
      clock,
      log,
      scratch,
      signal,
    });
  const manifest = async () => {
    const found = await artifacts.get(manifestPath(spec));
    return found && parseManifest(JSON.parse(found.body.toString()));
  };
  return { artifacts, clock, scratch, spec, perform, manifest };
}

test('the manifest carries what the step said, what it is pinned to, and when it ran', async () => {
  const { perform, manifest, clock, spec } = await setUp();
  await perform(async () => {
    await clock.advance(2500);
    return {
      tables: [{ table: 'rfm', rows: 3 }],
      metrics: { 'a.b': -1.5 },
      notes: ['note'],
      sqlHash: 'sql',
      sourceHash: 'source',
    };
  });
  assert.deepEqual(await manifest(), {
    version: 1,
    commandId: spec.id,
    runDate: spec.runDate,
    outputs: [],
    tables: [{ table: 'rfm', rows: 3 }],
    metrics: { 'a.b': -1.5 },
    notes: ['note'],
    lineage: { ...spec.pins, inputs: [], sqlHash: 'sql', sourceHash: 'source' },
    startedAt: '2024-01-01T00:00:00.000Z',
    finishedAt: '2024-01-01T00:00:02.500Z',
  });
});

test('the manifest comes last: until then there is none', async () => {
  const { perform, manifest, artifacts, spec } = await setUp();
  await perform(async ({ scratch, addOutput }) => {
    const file = join(scratch, 'out.txt');
    await writeFile(file, 'out');
    await addOutput('out', file);
    assert.ok(await artifacts.stat(`runs/${spec.runId}/step/1/out.txt`));
    assert.equal(await manifest(), undefined);
    return {};
  });
  assert.equal((await manifest())?.outputs[0]?.name, 'out');
});

test('an attempt that has its manifest is done and not done again', async () => {
  const { perform, manifest } = await setUp();
  await perform(async () => ({ metrics: { first: 1 } }));
  await perform(async () => assert.fail('done twice'));
  assert.deepEqual((await manifest())?.metrics, { first: 1 });
});

test('of two performances of one attempt at a time, the first manifest stays', async () => {
  const { perform, manifest } = await setUp();
  await perform(async () => {
    await perform(async () => ({ metrics: { inner: 1 } }));
    return { metrics: { outer: 1 } };
  });
  assert.deepEqual((await manifest())?.metrics, { inner: 1 });
});

test('the scratch directory is empty at first and gone in the end, however the step ends', async () => {
  const { perform, scratch } = await setUp();
  await mkdir(scratch);
  await writeFile(join(scratch, 'left over'), '');
  const failing: StepHandler = async (context) => {
    assert.deepEqual(await readdir(context.scratch), []);
    await writeFile(join(context.scratch, 'file'), '');
    throw new Error('the step failed');
  };
  await assert.rejects(perform(failing), /the step failed/);
  assert.equal(existsSync(scratch), false);
});

for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
  test(`a metric of ${value} fails the step and is named`, async () => {
    const { perform, manifest } = await setUp();
    await assert.rejects(
      perform(async () => ({ metrics: { ok: 1, bad: value } })),
      { code: 'METRIC_NOT_FINITE', message: new RegExp(`bad is ${value}`) },
    );
    assert.equal(await manifest(), undefined);
  });
}

test('a kind that the job does not do is refused', async () => {
  const { perform, spec } = await setUp();
  await assert.rejects(
    perform(async () => ({}), { ...spec, kind: 'train' }),
    { code: 'JOB_KIND_UNKNOWN', message: /test does no steps of kind train/ },
  );
});

const clashes: [string, string, string][] = [
  ['the same name', 'a.txt', 'b.txt'],
  ['the same file name', 'a.txt', 'deeper/a.txt'],
];
for (const [what, first, second] of clashes) {
  test(`two outputs of ${what} are a bug of the step`, async () => {
    const { perform } = await setUp();
    const handler: StepHandler = async ({ scratch, addOutput }) => {
      await mkdir(join(scratch, 'deeper'));
      for (const file of [first, second]) await writeFile(join(scratch, file), '');
      await addOutput('one', join(scratch, first));
      await addOutput(what === 'the same name' ? 'one' : 'two', join(scratch, second));
      return {};
    };
    await assert.rejects(perform(handler), /was added twice/);
  });
}

test('no output can take the place of the manifest', async () => {
  const { perform } = await setUp();
  const handler: StepHandler = async ({ scratch, addOutput }) => {
    await writeFile(join(scratch, 'manifest.json'), '{}');
    await addOutput('fake', join(scratch, 'manifest.json'));
    return {};
  };
  await assert.rejects(perform(handler), /manifest\.json is reserved/);
});
