import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { status } from '@grpc/grpc-js';
import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import { jobSpecPath } from '@triad/shared/contracts/attempt.ts';
import { CloudRunJobs } from '@triad/shared/jobs/cloud/cloud-run-jobs.ts';
import { VertexJobs } from '@triad/shared/jobs/cloud/vertex-jobs.ts';
import { jobSpecWith } from '../harness/job-spec.ts';
import { endsOf, openCloud } from '../harness/jobs/cloud-jobs.ts';
import { until } from '../harness/until.ts';

const stops: (() => Promise<void>)[] = [];
after(() => Promise.all(stops.map((stop) => stop())));

/** Far above what a variable of Cloud Run takes, and above what one of Linux does. */
const large = (script: string) => jobSpecWith({ script, ballast: 'x'.repeat(200_000) });

const clouds = [
  { name: 'Vertex AI', Jobs: VertexJobs, create: 'CreateCustomJob' },
  { name: 'Cloud Run', Jobs: CloudRunJobs, create: 'RunJob' },
];

for (const { name, Jobs, create } of clouds) {
  const open = async (
    artifactsOf: (artifacts: ArtifactStore) => ArtifactStore = (artifacts) => artifacts,
  ) => {
    const cloud = await openCloud();
    const artifacts = artifactsOf(cloud.artifacts);
    const another = () => new Jobs({ ...cloud.options, artifacts });
    const jobs = another();
    stops.push(async () => {
      await jobs.close();
      await cloud.emulator.stop();
    });
    return { ...cloud, jobs, another, end: endsOf(jobs) };
  };

  describe(`a job spec that is too long for a variable of ${name}`, () => {
    test('is read from the store', async () => {
      const { jobs, end, artifacts } = await open();
      const spec = large('succeed');
      await jobs.launch(spec);
      assert.equal((await end(spec)).state, 'succeeded');
      const stored = await artifacts.get(jobSpecPath(spec));
      assert.equal(stored?.body.toString(), JSON.stringify(spec));
    });

    test('is the same when its job is created again', async () => {
      const { emulator, jobs, another, end, elapse } = await open();
      emulator.faults.failNext(create, status.UNAVAILABLE, 'gone');
      const spec = large('succeed');
      await jobs.launch(spec);
      await jobs.close();
      const next = another();
      const ended = endsOf(next);
      await next.adopt();
      elapse(60_000);
      assert.equal((await Promise.race([ended(spec), end(spec)])).state, 'succeeded');
      assert.equal(emulator.jobs.length, 1);
      await next.close();
    });

    test('is found again with an orphan', async () => {
      const { emulator, jobs, another, artifacts } = await open();
      const spec = large('obedient');
      await jobs.launch(spec);
      await until('the job to begin', async () => (await jobs.logs(spec.id)) || undefined);
      await jobs.close();
      await artifacts.deletePrefix(`commands/${spec.id}/`);
      await artifacts.deletePrefix('unfinished/');
      const next = another();
      const end = endsOf(next);
      await next.adopt();
      assert.equal((await next.get(spec.id))?.state, 'running');
      await next.cancel(spec.id);
      assert.equal((await end(spec)).state, 'cancelled');
      assert.equal(emulator.jobs.length, 1);
      await next.close();
    });

    const damages = [
      { what: 'is gone', code: 'ARTIFACT_MISSING', body: undefined },
      { what: 'was changed', code: 'MANIFEST_MISMATCH', body: '{}' },
    ];
    for (const { what, code, body } of damages) {
      test(`fails its job with ${code} when it ${what}`, async () => {
        const { jobs, end } = await open((artifacts) => damaging(artifacts, body));
        const spec = large('succeed');
        await jobs.launch(spec);
        const { state, error } = await end(spec);
        assert.deepEqual([state, error?.code, error?.retryable], ['failed', code, false]);
      });
    }

    test('is no reason to create a job that could not read it', async () => {
      const { emulator, jobs, end, artifacts } = await open();
      const spec = large('succeed');
      await artifacts.put(jobSpecPath(spec), 'something else');
      await jobs.launch(spec);
      const { state, error } = await end(spec);
      assert.deepEqual([state, error?.code], ['failed', 'ARTIFACT_CONFLICT']);
      assert.equal(emulator.jobs.length, 0);
    });
  });
}

/** Job specs that are put there become `body`, or nothing. */
function damaging(artifacts: ArtifactStore, body: string | undefined): ArtifactStore {
  const damaged: ArtifactStore = Object.create(artifacts);
  for (const name of ['get', 'list', 'stat', 'digest', 'deletePrefix'] as const) {
    Object.defineProperty(damaged, name, { value: artifacts[name].bind(artifacts) });
  }
  damaged.put = async (path, content, ...rest) => {
    if (!path.endsWith('/job-spec.json')) return artifacts.put(path, content, ...rest);
    if (body !== undefined) return artifacts.put(path, body);
    return { path, bytes: 0, generation: '1' };
  };
  return damaged;
}
