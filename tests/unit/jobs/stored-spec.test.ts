import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { errorPath, jobSpecPath } from '@triad/shared/contracts/attempt.ts';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import { commandIdOf, specOf } from '@triad/shared/jobs/cloud/cloud-job.ts';
import { cloudRunJobOf } from '@triad/shared/jobs/cloud/cloud-run-job.ts';
import { customJobOf } from '@triad/shared/jobs/cloud/vertex-custom-job.ts';
import { receiveJob } from '@triad/shared/jobs/receive-spec.ts';
import { inlineSpecLimit, jobText, storeSpec } from '@triad/shared/jobs/stored-spec.ts';
import { jobSpecWith } from '../../harness/job-spec.ts';
import { MemoryArtifactStore } from '../../harness/memory-artifact-store.ts';
import { recordingLogger } from '../../harness/recording-logger.ts';

const textOf = (spec: JobSpec) => JSON.stringify(spec);
/** A spec of exactly so many bytes. */
function specOfBytes(bytes: number): JobSpec {
  const spec = jobSpecWith({ note: '' });
  const params = { note: 'x'.repeat(bytes - Buffer.byteLength(textOf(spec))) };
  return { ...spec, params };
}
const large = () => specOfBytes(inlineSpecLimit + 1);

async function stored(spec: JobSpec) {
  const artifacts = new MemoryArtifactStore();
  await storeSpec(artifacts, spec);
  return artifacts;
}
const receive = (artifacts: MemoryArtifactStore, specText: string) =>
  receiveJob({ artifacts, specText, traceparent: 'span', log: recordingLogger().log });

describe('what a job in the cloud is given', () => {
  test('is its spec, as long as that fits', async () => {
    const spec = specOfBytes(inlineSpecLimit);
    assert.equal(jobText(spec), textOf(spec));
    const artifacts = await stored(spec);
    assert.deepEqual(await artifacts.list(''), []);
    assert.deepEqual(await receive(artifacts, jobText(spec)), { spec, traceparent: 'span' });
  });

  test('is else where the spec is', async () => {
    const spec = large();
    const artifacts = await stored(spec);
    const path = `runs/${spec.runId}/step/1/job-spec.json`;
    assert.equal((await artifacts.get(path))?.body.toString(), textOf(spec));
    assert.deepEqual(JSON.parse(jobText(spec)), {
      version: 1,
      id: spec.id,
      specAt: await artifacts.digest(path),
    });
    assert.deepEqual(await receive(artifacts, jobText(spec)), { spec, traceparent: 'span' });
  });

  test('is counted in bytes, not in characters', () => {
    const spec = jobSpecWith({ note: '雪'.repeat(inlineSpecLimit / 3) });
    assert.ok(textOf(spec).length < inlineSpecLimit);
    assert.match(jobText(spec), /specAt/);
  });

  test('fits into a variable of both services, for 5000 inputs', () => {
    const input = { bytes: 1, sha256: 'a'.repeat(64), step: 'before', attempt: 1, name: 'part' };
    const inputs = Array.from({ length: 5000 }, (_, n) => ({ ...input, path: `runs/r/b/1/${n}` }));
    const spec = jobSpecWith({}, { inputs });
    const options = { images: { scripted: { image: 'i' } } };
    const run = cloudRunJobOf(spec, undefined, options).template?.template?.containers?.[0];
    const pools = customJobOf(spec, undefined, options).jobSpec?.workerPoolSpecs;
    for (const env of [run?.env, pools?.[0]?.containerSpec?.env]) {
      assert.deepEqual(
        env?.map(({ name }) => name),
        ['TRIAD_JOB'],
      );
      assert.ok(Buffer.byteLength(env?.[0]?.value ?? '') < 1000);
    }
  });
});

describe('a stored spec', () => {
  test('may be stored again', async () => {
    const spec = large();
    const artifacts = await stored(spec);
    const before = await artifacts.list('');
    await storeSpec(artifacts, spec);
    assert.deepEqual(await artifacts.list(''), before);
  });

  test('does not take the place of another', async () => {
    const spec = large();
    const artifacts = await stored(spec);
    const other = { ...spec, params: { note: 'y'.repeat(inlineSpecLimit) } };
    await assert.rejects(storeSpec(artifacts, other), { code: 'ARTIFACT_CONFLICT' });
    assert.deepEqual((await receive(artifacts, jobText(spec))).spec, spec);
  });

  const damages: [string, string, (spec: JobSpec) => string | undefined][] = [
    ['is gone', 'ARTIFACT_MISSING', () => undefined],
    ['was changed', 'MANIFEST_MISMATCH', (spec) => textOf(spec).replace('xx', 'xy')],
    ['was cut', 'MANIFEST_MISMATCH', (spec) => textOf(spec).slice(0, -1)],
  ];
  for (const [what, code, damage] of damages) {
    test(`that ${what} is ${code}, which the job leaves for its launcher`, async () => {
      const spec = large();
      const artifacts = await stored(spec);
      const body = damage(spec);
      if (body === undefined) await artifacts.deletePrefix(jobSpecPath(spec));
      else await artifacts.put(jobSpecPath(spec), body);
      await assert.rejects(receive(artifacts, jobText(spec)), { code, retryable: false });
      const report = await artifacts.get(errorPath(spec));
      assert.equal(JSON.parse(String(report?.body)).code, code);
    });
  }

  test('of another command is refused', async () => {
    const spec = large();
    const artifacts = await stored(spec);
    const pointer = { ...JSON.parse(jobText(spec)), id: '01j:other:1' };
    await assert.rejects(receive(artifacts, JSON.stringify(pointer)), {
      code: 'MANIFEST_MISMATCH',
      message: /expected 01j:other:1, found 01/,
    });
  });
});

describe('a text that is neither', () => {
  const texts: [string, string][] = [
    ['{', 'CONFIG_INVALID'],
    ['null', 'INPUT_INVALID'],
    ['{"version":1,"specAt":{}}', 'INPUT_INVALID'],
    ['{"version":2,"specAt":{}}', 'CONTRACT_VERSION_UNKNOWN'],
  ];
  for (const [text, code] of texts) {
    test(`${text} is ${code}`, async () => {
      await assert.rejects(receive(new MemoryArtifactStore(), text), { code });
    });
  }
});

test('a job in the cloud is known by its command, whether its spec can be had or not', async () => {
  const spec = large();
  const artifacts = await stored(spec);
  const job = {
    name: 'job',
    specText: jobText(spec),
    state: 'running',
    isStopping: false,
    createdAt: undefined,
    endedAt: undefined,
    exitCode: null,
    error: undefined,
  } as const;
  assert.equal(commandIdOf(job), spec.id);
  assert.deepEqual(await specOf(job, artifacts), spec);
  await artifacts.deletePrefix('runs/');
  assert.equal(commandIdOf(job), spec.id);
  assert.equal(await specOf(job, artifacts), undefined);
});
