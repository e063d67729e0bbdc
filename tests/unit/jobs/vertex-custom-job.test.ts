import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { type Resources, resources } from '@triad/shared/contracts/resources.ts';
import { wrapper } from '@triad/shared/jobs/cloud/cloud-container.ts';
import { type CustomJobOptions, customJobOf } from '@triad/shared/jobs/cloud/vertex-custom-job.ts';
import { acceleratorTypes } from '@triad/shared/jobs/cloud/vertex-machine.ts';
import { jobSpecWith } from '../../harness/job-spec.ts';

const image = 'europe-docker.pkg.dev/project/triad/trainer:1a2b3c4';
const options: CustomJobOptions = { images: { scripted: { image } } };
const asking = (asked: Partial<Resources>) =>
  jobSpecWith({}, { resources: { ...resources.parse({}), ...asked } });
const poolOf = (asked: Partial<Resources>) =>
  customJobOf(asking(asked), undefined, options).jobSpec?.workerPoolSpecs?.[0];
const schedulingOf = (asked: Partial<Resources>, changes: Partial<CustomJobOptions> = {}) =>
  customJobOf(asking(asked), undefined, { ...options, ...changes }).jobSpec?.scheduling;

test('a plain job becomes one worker on the smallest machine with its memory', () => {
  const spec = asking({ timeLimitSeconds: 900 });
  assert.deepEqual(customJobOf(spec, undefined, options), {
    displayName: `scripted 2026-01-31 ${spec.id}`,
    labels: {
      triad: 'main',
      triad_command: spec.id.replaceAll(':', '_'),
      triad_run: spec.runId,
      triad_step: 'step',
      triad_job: 'scripted',
    },
    jobSpec: {
      workerPoolSpecs: [
        {
          replicaCount: 1,
          machineSpec: { machineType: 'e2-standard-4' },
          containerSpec: {
            imageUri: image,
            command: [],
            args: [],
            env: [{ name: 'TRIAD_JOB', value: JSON.stringify(spec) }],
          },
        },
      ],
      scheduling: {
        timeout: { seconds: 900 },
        restartJobOnWorkerRestart: false,
        disableRetries: true,
        strategy: 'STANDARD',
      },
    },
  });
});

test('settings of the installation are on every job', () => {
  const spec = asking({});
  const job = customJobOf(spec, '00-aa-bb-01', {
    images: {
      scripted: {
        image,
        args: ['--fast', 'a b'],
        serviceAccount: 'trainer@project.iam.gserviceaccount.com',
      },
    },
    environment: { TRIAD_PROFILE: 'gcp' },
    namespace: 'Feature/One',
    labels: { team: 'crm' },
    network: 'projects/12345/global/networks/vpc',
  });
  const pool = job.jobSpec?.workerPoolSpecs?.[0];
  assert.equal(job.labels?.team, 'crm');
  assert.equal(job.labels?.triad, 'feature_one');
  assert.deepEqual(pool?.containerSpec?.args, ['--fast', 'a b']);
  assert.deepEqual(
    pool?.containerSpec?.env?.map(({ name, value }) => [name, value]),
    [
      ['TRIAD_PROFILE', 'gcp'],
      ['TRIAD_JOB', JSON.stringify(spec)],
      ['TRACEPARENT', '00-aa-bb-01'],
    ],
  );
  assert.equal(job.jobSpec?.network, 'projects/12345/global/networks/vpc');
  assert.equal(job.jobSpec?.serviceAccount, 'trainer@project.iam.gserviceaccount.com');
});

test('a job cannot be given another TRIAD_JOB by the settings', () => {
  const spec = asking({});
  const environment = { TRIAD_JOB: '{}' };
  const job = customJobOf(spec, undefined, { ...options, environment });
  const { env } = job.jobSpec?.workerPoolSpecs?.[0]?.containerSpec ?? {};
  assert.deepEqual(env, [{ name: 'TRIAD_JOB', value: JSON.stringify(spec) }]);
});

const machines: [Partial<Resources>, string][] = [
  [{ memoryMiB: 16_384 }, 'e2-standard-4'],
  [{ memoryMiB: 16_385 }, 'e2-standard-8'],
  [{ memoryMiB: 400_000 }, 'n2-highmem-64'],
  [{ machine: 'c3-highcpu-8', memoryMiB: 400_000 }, 'c3-highcpu-8'],
  [{ accelerator: { type: 'NVIDIA_L4', count: 2 } }, 'g2-standard-24'],
  [{ accelerator: { type: 'NVIDIA_H100_80GB', count: 8 } }, 'a3-highgpu-8g'],
  [{ accelerator: { type: 'NVIDIA_TESLA_T4', count: 1 } }, 'n1-standard-8'],
  [{ accelerator: { type: 'NVIDIA_TESLA_T4', count: 4 }, memoryMiB: 90_000 }, 'n1-highmem-16'],
];
for (const [asked, machineType] of machines) {
  test(`${JSON.stringify(asked)} is done on ${machineType}`, () => {
    assert.equal(poolOf(asked)?.machineSpec?.machineType, machineType);
  });
}

test('accelerators are asked for by type and number', () => {
  assert.deepEqual(poolOf({ accelerator: { type: 'NVIDIA_L4', count: 4 } })?.machineSpec, {
    machineType: 'g2-standard-48',
    acceleratorType: 'NVIDIA_L4',
    acceleratorCount: 4,
  });
});

test('a disk is as large as it is asked for, and never smaller than without asking', () => {
  assert.deepEqual(poolOf({ diskGiB: 500 })?.diskSpec, { bootDiskSizeGb: 500 });
  assert.deepEqual(poolOf({ diskGiB: 20 })?.diskSpec, { bootDiskSizeGb: 100 });
  assert.equal(poolOf({})?.diskSpec, undefined);
});

test('a machine that takes no other disk is given a Hyperdisk', () => {
  const on = (machine: string, diskGiB?: number) =>
    poolOf({ machine, ...(diskGiB !== undefined && { diskGiB }) })?.diskSpec;
  const bootDiskType = 'hyperdisk-balanced';
  for (const machine of ['a3-ultragpu-8g', 'a4-highgpu-8g', 'a4x-highgpu-4g']) {
    assert.deepEqual(on(machine), { bootDiskType });
    assert.deepEqual(on(machine, 500), { bootDiskSizeGb: 500, bootDiskType });
  }
  assert.deepEqual(poolOf({ accelerator: { type: 'NVIDIA_B200', count: 8 } })?.diskSpec, {
    bootDiskType,
  });
  for (const machine of ['a3-highgpu-8g', 'a3-megagpu-8g', 'a2-ultragpu-1g']) {
    assert.equal(on(machine), undefined);
  }
});

test('spot and flex-start are strategies of scheduling', () => {
  assert.equal(schedulingOf({ spot: true })?.strategy, 'SPOT');
  assert.equal(schedulingOf({ spot: true })?.maxWaitDuration, undefined);
  const flex = schedulingOf({ flexStart: true });
  assert.equal(flex?.strategy, 'FLEX_START');
  assert.deepEqual(flex?.maxWaitDuration, { seconds: 86_400 });
  const patient = schedulingOf({ flexStart: true }, { flexStartSeconds: 600 });
  assert.deepEqual(patient?.maxWaitDuration, { seconds: 600 });
});

const refused: [Partial<Resources>, RegExp][] = [
  [{ spot: true, flexStart: true }, /one of them/],
  [{ accelerator: { type: 'NVIDIA_NONE', count: 1 } }, /no accelerator type NVIDIA_NONE/],
  [{ accelerator: { type: 'NVIDIA_L4', count: 3 } }, /no machine type is known for 3 × NVIDIA_L4/],
  [{ memoryMiB: 2_000_000 }, /2000000 MiB/],
];
for (const [asked, message] of refused) {
  test(`${JSON.stringify(asked)} is refused before anything is sent`, () => {
    assert.throws(() => customJobOf(asking(asked), undefined, options), {
      code: 'JOB_REFUSED',
      message,
    });
  });
}

test('a job without an image is unknown', () => {
  const spec = jobSpecWith({}, { job: 'other' });
  assert.throws(() => customJobOf(spec, undefined, options), { code: 'JOB_UNKNOWN' });
});

test("a container step's own image takes the place of the job's, and is started by Triad's wrapper", () => {
  const container = { image: 'europe-docker.pkg.dev/p/r/score:1', command: ['score'], env: {} };
  const spec = jobSpecWith({}, { job: 'container', container });
  const images = { container: { image: 'europe-docker.pkg.dev/p/r/container:1' } };
  const { containerSpec } =
    customJobOf(spec, undefined, { images }).jobSpec?.workerPoolSpecs?.[0] ?? {};
  assert.equal(containerSpec?.imageUri, container.image);
  assert.deepEqual(containerSpec?.command, wrapper);
});

test('a step that asks for an accelerator is done in the image for such machines, if there is one', () => {
  const accelerator = { type: 'NVIDIA_L4', count: 1 };
  const imageOf = (acceleratorImage: string | undefined, asked: Partial<Resources>) =>
    customJobOf(asking(asked), undefined, {
      images: { scripted: { image, ...(acceleratorImage !== undefined && { acceleratorImage }) } },
    }).jobSpec?.workerPoolSpecs?.[0]?.containerSpec?.imageUri;
  assert.equal(imageOf('trainer-gpu:1', { accelerator }), 'trainer-gpu:1');
  assert.equal(imageOf('trainer-gpu:1', {}), image);
  assert.equal(imageOf(undefined, { accelerator }), image);
});

test('the accelerators that can be named are those of the API', () => {
  const proto = resolve(
    import.meta.dirname,
    '../../../node_modules/@google-cloud/aiplatform/build/protos',
    'google/cloud/aiplatform/v1/accelerator_type.proto',
  );
  const names = [...readFileSync(proto, 'utf8').matchAll(/^ {2}([A-Z0-9_]+) = \d+/gm)];
  assert.deepEqual(
    names.map(([, name]) => name).filter((name) => !name?.endsWith('UNSPECIFIED')),
    acceleratorTypes,
  );
});
