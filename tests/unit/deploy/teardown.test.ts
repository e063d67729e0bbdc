import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import { labelsOf } from '@triad/shared/jobs/cloud/cloud-labels.ts';
import { applyPlan } from '../../../cli/deploy/apply-plan.ts';
import { planDeployment, planRemoval } from '../../../cli/deploy/deployment.ts';
import { planTeardown } from '../../../cli/deploy/plan.ts';
import { keyOf } from '../../../cli/deploy/resource.ts';
import { targetOf } from '../../../cli/deploy/target.ts';
import { checkout, environment } from '../../harness/deploy/environments.ts';
import { googleInMemory } from '../../harness/deploy/google-in-memory.ts';
import { MemoryCloud } from '../../harness/deploy/memory-cloud.ts';

const dev = environment('dev');
const target = targetOf(dev, checkout('login'), '2026-01-01', 14);

test('a teardown ends the jobs of the namespace, and no others, before the services', async () => {
  const { cloud, google } = googleInMemory();
  await applyPlan(cloud, await planDeployment(cloud, target));
  const parent = `projects/${dev.project}/locations/${dev.region}`;
  const spec = { id: 'c', runId: 'r', step: 's', job: 'j' } as JobSpec;
  for (const [id, namespace] of ['login', 'login', 'login-2', 'login'].entries()) {
    const labels = labelsOf(spec, namespace);
    google.run.jobs.set(`${parent}/jobs/${id}`, { name: `${parent}/jobs/${id}`, labels });
    google.vertex.put(`${parent}/customJobs/${id}`, labels);
  }
  const mine = labelsOf(spec, 'login');
  google.vertex.put(`${parent}/customJobs/4`, mine, 'JOB_STATE_SUCCEEDED');
  google.vertex.put(`${parent}/customJobs/5`, mine, 'JOB_STATE_PENDING');
  google.run.jobs.set(`${parent}/jobs/other`, { name: `${parent}/jobs/other` });

  assert.deepEqual((await planDeployment(cloud, target)).changes, [], 'a deployment ends none');
  const plan = await planRemoval(cloud, 'login', dev);
  const gone = plan.changes.map(({ resource }) => keyOf(resource));
  assert.deepEqual(
    gone.filter((key) => /job/.test(key)),
    [
      ...['0', '1', '3', '5'].map((id) => `vertex-job/${id}`),
      ...['0', '1', '3'].map((id) => `cloud-run-job/${id}`),
    ],
  );
  const firstService = gone.findIndex((key) => key.startsWith('service/'));
  assert.ok(gone.findLastIndex((key) => key.includes('-job/')) < firstService);
  assert.ok(
    gone.findLastIndex((key) => /^(subscription|schedule)/.test(key)) <
      gone.indexOf('vertex-job/0'),
  );
  await applyPlan(cloud, plan);
  assert.deepEqual([...google.run.jobs.keys()], [`${parent}/jobs/2`, `${parent}/jobs/other`]);
  assert.deepEqual(
    [...google.vertex.jobs.values()].map(({ state }) => String(state).slice('JOB_STATE_'.length)),
    ['CANCELLED', 'CANCELLED', 'RUNNING', 'CANCELLED', 'SUCCEEDED', 'CANCELLED'],
  );
  const asked = google.calls.map(({ method, url }) => `${method} ${url.pathname}`);
  const cancelled = asked.findLastIndex((text) => text.endsWith(':cancel'));
  const waited = asked.findLastIndex((text) => text.includes('/customJobs/'));
  const service = asked.findIndex((text) => /^DELETE .*\/services\//.test(text));
  assert.ok(cancelled < waited && waited < service, 'all are cancelled, then all have ended');
  assert.deepEqual(await cloud.jobs('login'), []);
});

test('a teardown leaves what a job still uses, and goes on when that has ended', async () => {
  const { cloud, google, clock } = googleInMemory();
  await applyPlan(cloud, await planDeployment(cloud, target));
  const at = `projects/${dev.project}/locations/${dev.region}/customJobs/1`;
  google.vertex.put(at, { triad: 'login' });
  google.vertex.isStuck = true;
  const from = clock.now().getTime();
  await assert.rejects(async () => applyPlan(cloud, await planRemoval(cloud, 'login', dev)), {
    code: 'DEPLOY_CLOUD_UNAVAILABLE',
    message: /cancel job 1 of Vertex AI/,
  });
  assert.ok(clock.now().getTime() - from < 20 * 60_000);
  assert.equal(google.run.services.size, 2);
  google.vertex.isStuck = false;
  await applyPlan(cloud, await planRemoval(cloud, 'login', dev));
  assert.equal(google.run.services.size, 0);
});

test('the error of one job is told when nobody asks for the others any more', async () => {
  const cloud = new MemoryCloud();
  const ended: string[] = [];
  cloud.delete = async ({ name }) => {
    if (name === 'broken') throw new Error('of the job');
    await setTimeout(10);
    ended.push(name);
  };
  const jobs = ['1', 'broken', '2'].map((name) => ({ kind: 'vertex-job', name }) as const);
  await assert.rejects(applyPlan(cloud, planTeardown(jobs)), { message: 'of the job' });
  assert.deepEqual(ended, ['1', '2']);
});

test('a job that ends by itself meanwhile is no reason to stop a teardown', async () => {
  const { cloud, google } = googleInMemory();
  const at = `projects/${dev.project}/locations/${dev.region}/customJobs/1`;
  google.vertex.put(at, { triad: 'login' }, 'JOB_STATE_FAILED');
  await cloud.delete({ kind: 'vertex-job', name: '1' });
  await cloud.delete({ kind: 'vertex-job', name: '2' });
  await cloud.delete({ kind: 'cloud-run-job', name: '1' });
  google.vertex.put(at, { triad: 'login' });
  const error = { code: 400, message: 'The job cannot be cancelled.' };
  google.faults.push(new Response(JSON.stringify({ error }), { status: 400 }));
  await assert.rejects(cloud.delete({ kind: 'vertex-job', name: '1' }), {
    code: 'DEPLOY_CLOUD_REFUSED',
    message: /cancel job 1 of Vertex AI: The job cannot be cancelled\./,
  });
});
