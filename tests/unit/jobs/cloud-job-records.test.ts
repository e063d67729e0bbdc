import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudJobRecords } from '@triad/shared/jobs/cloud/cloud-job-records.ts';
import { jobSpecWith } from '../../harness/job-spec.ts';
import { MemoryArtifactStore } from '../../harness/memory-artifact-store.ts';

const at = '2026-01-31T00:00:00.000Z';
const open = () => {
  const artifacts = new MemoryArtifactStore();
  const vertex = new CloudJobRecords(artifacts, 'vertex');
  return { artifacts, vertex, cloudRun: new CloudJobRecords(artifacts, 'cloud-run') };
};

test('a command has one record, on whatever service', async () => {
  const { vertex, cloudRun } = open();
  const spec = jobSpecWith({});
  const created = await Promise.all([
    vertex.create(spec, { at }),
    vertex.create(spec, { at }),
    cloudRun.create(spec, { at }),
  ]);
  assert.equal(created.filter((one) => one !== undefined).length, 1);
  assert.equal(await vertex.create(spec, { at }), undefined);
  const owner = (await vertex.open(spec.id))?.record.service;
  assert.equal((await cloudRun.openOwn(spec.id)) !== undefined, owner === 'cloud-run');
});

test('changes of two that hold a record are both kept', async () => {
  const { vertex } = open();
  const spec = jobSpecWith({});
  await vertex.create(spec, { at });
  const [one, two] = [await vertex.open(spec.id), await vertex.open(spec.id)];
  assert.ok(one && two);
  await vertex.change(one, (record) => {
    record.resource = 'customJobs/1';
  });
  await vertex.change(two, (record) => {
    record.creation.tries += 1;
  });
  const { record } = (await vertex.open(spec.id)) ?? {};
  assert.deepEqual([record?.resource, record?.creation.tries], ['customJobs/1', 2]);
  assert.deepEqual(two.record, record);
});

test('a record that was removed is not written again', async () => {
  const { vertex, artifacts } = open();
  const spec = jobSpecWith({});
  const created = await vertex.create(spec, { at });
  assert.ok(created);
  await artifacts.deletePrefix('commands/');
  await assert.rejects(
    vertex.change(created, () => {}),
    { code: 'JOB_LOST' },
  );
});

test('jobs that have not ended are marked, until somebody forgets them', async () => {
  const { vertex, cloudRun } = open();
  const [first, tenth] = [1, 10].map((attempt) => {
    const spec = jobSpecWith({});
    return { ...spec, id: `01j:step:${attempt}`, attempt };
  });
  assert.ok(first && tenth);
  for (const spec of [first, tenth]) await vertex.create(spec, { at });
  assert.deepEqual((await vertex.unfinished()).sort(), [first.id, tenth.id].sort());
  await vertex.forgetUnfinished(first.id);
  assert.deepEqual(await vertex.unfinished(), [tenth.id]);
  assert.deepEqual(await cloudRun.unfinished(), []);
});

test('a list shows the newest as they are now, of its own service alone', async () => {
  const { vertex, cloudRun } = open();
  const specs = Array.from({ length: 120 }, () => jobSpecWith({}));
  for (const [n, spec] of specs.entries()) {
    await (n % 3 === 0 ? cloudRun : vertex).create(spec, { at });
  }
  const own = specs.filter((_, n) => n % 3 !== 0).map(({ id }) => id);
  const listed = async (limit: number, before?: string) =>
    (await vertex.newest(limit, before)).map(({ spec }) => spec.id);
  assert.deepEqual(await listed(1000), own.toReversed());
  assert.deepEqual(await listed(70), own.toReversed().slice(0, 70));
  assert.deepEqual(await listed(2, own[10]), [own[9], own[8]]);

  const newest = await vertex.open(own.at(-1) ?? '');
  assert.ok(newest);
  await vertex.change(newest, (record) => {
    record.end = { state: 'succeeded', exitCode: 0, error: null, endedAt: at };
  });
  for (const _ of ['read', 'kept']) {
    assert.equal((await vertex.newest(1))[0]?.end?.state, 'succeeded');
  }
});
