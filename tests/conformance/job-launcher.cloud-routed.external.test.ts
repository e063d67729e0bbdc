import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { resources } from '@triad/shared/contracts/resources.ts';
import { CloudRunJobs } from '@triad/shared/jobs/cloud/cloud-run-jobs.ts';
import { jobsByResources } from '@triad/shared/jobs/cloud/jobs-by-resources.ts';
import { VertexJobs } from '@triad/shared/jobs/cloud/vertex-jobs.ts';
import { VertexService } from '@triad/shared/jobs/cloud/vertex-service.ts';
import { jobSpecWith } from '../harness/job-spec.ts';
import { echoImage, endsOf, openCloud } from '../harness/jobs/cloud-jobs.ts';
import { until } from '../harness/until.ts';

const { emulator, options, elapse } = await openCloud();
const images = { ...options.images, echo: { image: echoImage } };
const open = () =>
  jobsByResources(new VertexJobs({ ...options, images }), new CloudRunJobs({ ...options, images }));
const jobs = open();
const end = endsOf(jobs);
after(async () => {
  await jobs.close();
  await emulator.stop();
});

const accelerator = { type: 'NVIDIA_L4', count: 1 };
const onMachine = { resources: { ...resources.parse({}), accelerator, spot: true } };

test('jobs that ask for an accelerator run on Vertex AI, the others on Cloud Run', async () => {
  const light = jobSpecWith({ script: 'succeed' });
  const heavy = jobSpecWith({ script: 'succeed' }, onMachine);
  for (const spec of [light, heavy]) {
    assert.equal((await jobs.launch(spec)).started, true);
    assert.equal((await jobs.launch(spec)).started, false);
    assert.equal((await end(spec)).state, 'succeeded');
    assert.equal((await jobs.get(spec.id))?.state, 'succeeded');
  }
  assert.deepEqual(
    (await jobs.list(10)).map(({ name }) => name),
    [heavy.id, light.id],
  );
  assert.equal(emulator.vertex.stored.length, 1);
  const { machineSpec } = emulator.vertex.stored[0]?.request.jobSpec?.workerPoolSpecs?.[0] ?? {};
  assert.deepEqual(machineSpec, {
    machineType: 'g2-standard-8',
    acceleratorType: 'NVIDIA_L4',
    acceleratorCount: 1,
  });
  assert.equal(emulator.vertex.stored[0]?.request.jobSpec?.scheduling?.strategy, 'SPOT');
  assert.equal(emulator.cloudRun.executions.length, 1);
  assert.deepEqual(jobs.jobNames, ['scripted', 'echo']);
  assert.equal(jobs.capabilities.accelerators, true);
});

test('what a Cloud Run job leaves at the service is removed when it has ended', async () => {
  const spec = jobSpecWith({ script: 'succeed' });
  await jobs.launch(spec);
  await end(spec);
  assert.equal(emulator.cloudRun.jobs.size, 0);
  assert.match((await jobs.logs(spec.id)) ?? '', /began/);
});

test('any program can be a job: it gets its spec, its span and the settings', async () => {
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  for (const changes of [{}, onMachine]) {
    const spec = jobSpecWith({ quote: 'it\'s "quoted" $HOME' }, { job: 'echo', ...changes });
    await jobs.launch(spec, traceparent);
    assert.equal((await end(spec)).error?.code, 'JOB_TEMPFAIL');
    const log = ((await jobs.logs(spec.id)) ?? '').trim();
    assert.equal(log, `hello ${traceparent} ${JSON.stringify(spec)}`);
  }
});

test('a spot machine that is taken away in the middle is worth another attempt', async () => {
  const spec = jobSpecWith({ script: 'obedient' }, onMachine);
  await jobs.launch(spec);
  const log = await until('the job to begin', async () => (await jobs.logs(spec.id)) || undefined);
  assert.match(log, /began/);
  emulator.vertex.stored.at(-1)?.job.preempt();
  const { state, error } = await end(spec);
  assert.deepEqual([state, error?.code, error?.retryable], ['failed', 'JOB_PREEMPTED', true]);
});

test('a step that asks for a disk gets a machine with one', async () => {
  const spec = jobSpecWith(
    { script: 'succeed' },
    { resources: { ...resources.parse({}), diskGiB: 500 } },
  );
  await jobs.launch(spec);
  assert.equal((await end(spec)).state, 'succeeded');
  const pool = emulator.vertex.stored.at(-1)?.request.jobSpec?.workerPoolSpecs?.[0];
  assert.equal(pool?.diskSpec?.bootDiskSizeGb, 500);
});

test('a job that may wait for its machine is not given up', async () => {
  emulator.nextJob('neverStarts');
  const patient = { resources: { ...resources.parse({}), accelerator, flexStart: true } };
  const spec = jobSpecWith({ script: 'succeed' }, patient);
  await jobs.launch(spec);
  const { request, job } = emulator.vertex.stored.at(-1) ?? {};
  assert.equal(request?.jobSpec?.scheduling?.strategy, 'FLEX_START');
  elapse(23 * 3_600_000);
  await jobs.check();
  assert.equal((await jobs.get(spec.id))?.state, 'running');
  assert.equal(job?.stopping, undefined);
  await jobs.cancel(spec.id);
  assert.equal((await end(spec)).state, 'cancelled');
});

test('a job that waits for quota is not given up by itself, and runs when there is some', async () => {
  emulator.nextJob('queued');
  const spec = jobSpecWith({ script: 'succeed' }, onMachine);
  await jobs.launch(spec);
  const { name = '', job } = emulator.vertex.stored.at(-1) ?? {};
  const service = new VertexService({ ...options, images });
  assert.equal((await service.get(name))?.state, 'waiting');
  assert.deepEqual(
    (await service.labelled()).map((one) => one.name),
    [name],
  );
  assert.equal((await jobs.get(spec.id))?.state, 'running');
  job?.proceed();
  assert.equal((await end(spec)).state, 'succeeded');
  await service.close();
});

test('a job whose wait for a machine is over has expired, which is worth another attempt', async () => {
  emulator.nextJob('expires');
  const patient = { resources: { ...resources.parse({}), accelerator, flexStart: true } };
  const spec = jobSpecWith({ script: 'succeed' }, patient);
  await jobs.launch(spec);
  elapse(86_399_000);
  assert.equal((await jobs.get(spec.id))?.state, 'running');
  elapse(1000);
  const { state, exitCode, error } = await end(spec);
  assert.deepEqual(
    [state, exitCode, error?.code, error?.retryable],
    ['failed', null, 'JOB_STOCKOUT', true],
  );
  assert.match(error?.message ?? '', /JOB_STATE_EXPIRED/);
});

test('of two jobs of one command, the first stays and the other is ended', async () => {
  const service = new VertexService({ ...options, images });
  const spec = jobSpecWith({ script: 'obedient' });
  const first = await service.create(spec, undefined);
  const second = await service.create(spec, undefined);
  assert.equal((await service.find(spec))?.name, first.name);
  assert.notEqual((await service.get(second.name))?.state, 'succeeded');
  const [one, two] = emulator.vertex.stored.slice(-2);
  assert.equal(one?.job.stopping, undefined);
  assert.equal(two?.job.stopping, 'cancelled');
  await service.cancel(first.name);
  await service.close();
});
