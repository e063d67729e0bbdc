import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Resources, resources } from '@triad/shared/contracts/resources.ts';
import { cloudRunJobId, cloudRunJobOf } from '@triad/shared/jobs/cloud/cloud-run-job.ts';
import { jobSpecWith } from '../../harness/job-spec.ts';

const image = 'europe-docker.pkg.dev/project/triad/sql-runner:1a2b3c4';
const options = { images: { scripted: { image } } };
const asking = (asked: Partial<Resources>) =>
  jobSpecWith({}, { resources: { ...resources.parse({}), ...asked } });
const taskOf = (asked: Partial<Resources>) =>
  cloudRunJobOf(asking(asked), undefined, options).template?.template;

test('a job becomes one task that is never tried again', () => {
  const spec = asking({ memoryMiB: 2048, timeLimitSeconds: 900 });
  const job = cloudRunJobOf(spec, '00-aa-bb-01', {
    images: {
      scripted: {
        image,
        args: ['--fast', 'a b'],
        serviceAccount: 'runner@project.iam.gserviceaccount.com',
      },
      other: { image, serviceAccount: 'other@project.iam.gserviceaccount.com' },
    },
    environment: { TRIAD_PROFILE: 'gcp' },
    labels: { team: 'crm' },
  });
  const labels = {
    team: 'crm',
    triad: 'main',
    triad_command: spec.id.replaceAll(':', '_'),
    triad_run: spec.runId,
    triad_step: 'step',
    triad_job: 'scripted',
  };
  assert.deepEqual(job, {
    labels,
    template: {
      labels,
      taskCount: 1,
      parallelism: 1,
      template: {
        containers: [
          {
            name: 'job',
            image,
            command: [],
            args: ['--fast', 'a b'],
            env: [
              { name: 'TRIAD_PROFILE', value: 'gcp' },
              { name: 'TRIAD_JOB', value: JSON.stringify(spec) },
              { name: 'TRACEPARENT', value: '00-aa-bb-01' },
            ],
            resources: { limits: { cpu: '1', memory: '2048Mi' } },
          },
        ],
        maxRetries: 0,
        timeout: { seconds: 900 },
        executionEnvironment: 'EXECUTION_ENVIRONMENT_GEN2',
        serviceAccount: 'runner@project.iam.gserviceaccount.com',
      },
    },
  });
});

const cpus: [number, string, string][] = [
  [64, '512Mi', '1'],
  [4096, '4096Mi', '1'],
  [4097, '4097Mi', '2'],
  [8193, '8193Mi', '4'],
  [16_385, '16385Mi', '6'],
  [32_768, '32768Mi', '8'],
];
for (const [memoryMiB, memory, cpu] of cpus) {
  test(`${memoryMiB} MiB are ${memory} with ${cpu} CPUs`, () => {
    assert.deepEqual(taskOf({ memoryMiB })?.containers?.[0]?.resources?.limits, { cpu, memory });
  });
}

const refused: [Partial<Resources>, RegExp][] = [
  [{ accelerator: { type: 'NVIDIA_L4', count: 1 } }, /accelerators \(NVIDIA_L4\)/],
  [{ machine: 'e2-standard-4' }, /machine types/],
  [{ diskGiB: 200 }, /disks \(200 GiB\)/],
  [{ spot: true }, /spot machines/],
  [{ flexStart: true }, /flexStart/],
  [{ memoryMiB: 32_769 }, /32769 MiB/],
  [{ timeLimitSeconds: 86_401 }, /86401 s/],
];
for (const [asked, message] of refused) {
  test(`${JSON.stringify(asked)} is refused`, () => {
    assert.throws(() => taskOf(asked), { code: 'JOB_REFUSED', message });
  });
}

test('the name of a job follows from its command, and is as Cloud Run allows', () => {
  const steps = ['a', 'train_a_very_long_model-name', `a${'_'.repeat(40)}`];
  for (const step of steps) {
    const spec = jobSpecWith({}, { step, id: `01j:${step}:1` });
    const name = cloudRunJobId(spec);
    assert.match(name, /^[a-z]([-a-z0-9]*[a-z0-9])?$/);
    assert.ok(name.length < 50, name);
    assert.equal(cloudRunJobId(spec), name);
    assert.notEqual(cloudRunJobId({ ...spec, id: `01j:${step}:2` }), name);
  }
});
