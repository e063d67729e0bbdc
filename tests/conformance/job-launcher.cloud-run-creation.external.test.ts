import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { CloudRunJobs } from '@triad/shared/jobs/cloud/cloud-run-jobs.ts';
import { jobSpecWith } from '../harness/job-spec.ts';
import { endsOf, openCloud } from '../harness/jobs/cloud-jobs.ts';
import { until } from '../harness/until.ts';

const { emulator, options, lines, elapse } = await openCloud();
const { cloudRun } = emulator;
const jobs = new CloudRunJobs(options);
const end = endsOf(jobs);
after(async () => {
  await jobs.close();
  await emulator.stop();
});

/** Begins a launch, whose creation is under way and waited for when this resolves. */
async function launchHeld() {
  cloudRun.holdsCreations = true;
  cloudRun.creationPolls = 0;
  const earlier = cloudRun.executions.length;
  const spec = jobSpecWith({ script: 'succeed' });
  const launched = jobs.launch(spec);
  await until('the operation to be asked for', async () => cloudRun.creationPolls > 1 || undefined);
  assert.equal(cloudRun.executions.length, earlier);
  return { spec, launched };
}

const warnings = () => lines.filter(({ message }) => message.includes('not known whether')).length;

test('a creation that stays under way is not waited for without end, and then goes on', async (t) => {
  const { mock } = t;
  mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const { spec, launched } = await launchHeld();
  // By the clock of Google's client.
  mock.timers.setTime(Date.now() + 35_000);
  assert.equal((await launched).started, true);
  assert.equal((await jobs.get(spec.id))?.state, 'running');
  assert.equal(warnings(), 1);
  assert.deepEqual(cloudRun.executions, []);
  // Nothing is created again within a minute, of which 35 s are over.
  elapse(20_000);
  await setTimeout(100);
  assert.deepEqual(cloudRun.executions, []);
  elapse(10_000);
  assert.equal((await end(spec)).state, 'succeeded');
  assert.equal(cloudRun.executions.length, 1);
});

test('a creation that takes half a minute is waited for', async ({ mock }) => {
  mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const before = { warnings: warnings(), executions: cloudRun.executions.length };
  const { spec, launched } = await launchHeld();
  mock.timers.setTime(Date.now() + 30_000);
  const { creationPolls } = cloudRun;
  await until('another look', async () => cloudRun.creationPolls > creationPolls || undefined);
  cloudRun.holdsCreations = false;
  assert.equal((await launched).started, true);
  assert.equal((await end(spec)).state, 'succeeded');
  assert.equal(warnings(), before.warnings);
  assert.equal(cloudRun.executions.length, before.executions + 1);
});
