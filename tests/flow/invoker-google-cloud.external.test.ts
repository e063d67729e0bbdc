import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { loadConfig } from '@triad/shared/config/config.ts';
import { resources } from '@triad/shared/contracts/resources.ts';
import { noTracer } from '@triad/shared/tracing/tracer.ts';
import { openProfile } from '../../invoker/profiles/open-profile.ts';
import { JobsEmulator } from '../emulators/jobs/jobs-emulator.ts';
import { startCloudStorage } from '../harness/external/cloud-storage.ts';
import { jobSpecWith } from '../harness/job-spec.ts';
import { endsOf } from '../harness/jobs/cloud-jobs.ts';
import { recordingLogger } from '../harness/recording-logger.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';

const image = 'europe-docker.pkg.dev/shop/models/score:1';
const storage = await startCloudStorage();
/** Prints its arguments and its labels. */
const program = ['sh', '-c', 'echo "$TRIAD_LABELS: $*"; exit 75', 'sh'];
const emulator = await JobsEmulator.start({ images: { [image]: program } });
const { host, port } = emulator.endpoint;
const config = loadConfig({
  TRIAD_HOME: await temporaryDirectory(),
  TRIAD_PROFILE: 'gcp',
  TRIAD_GCP_PROJECT: 'shop',
  TRIAD_GCP_REGION: 'europe-west4',
  TRIAD_NAMESPACE: 'main',
  TRIAD_BUCKET: await storage.createBucket(),
  TRIAD_LABELS: 'team=crm,cost-center=4711',
  TRIAD_JOB_IMAGES: JSON.stringify({ score: { image, args: ['--model', 'rfm'] } }),
  TRIAD_CLOUD_STORAGE_ENDPOINT: storage.url,
  TRIAD_PUBSUB_ENDPOINT: '127.0.0.1:9',
  TRIAD_VERTEX_ENDPOINT: `${host}:${port}`,
  TRIAD_RUN_ENDPOINT: `${host}:${port}`,
});
const profile = await openProfile({
  config,
  clock: systemClock,
  random: Math.random,
  log: recordingLogger().log,
  tracer: noTracer,
});
const { jobs } = profile;
const end = endsOf(jobs);
after(async () => {
  await jobs.close();
  await profile.end();
  await emulator.stop();
});

const own = { team: 'crm', 'cost-center': '4711' };
const onMachine = { resources: { ...resources.parse({}), machine: 'c3-standard-4' } };

for (const [where, changes] of [
  ['Cloud Run', {}],
  ['Vertex AI', onMachine],
] as const) {
  test(`a job on ${where} has the labels of the installation and the args of its image`, async () => {
    const spec = jobSpecWith({}, { job: 'score', ...changes });
    await jobs.launch(spec);
    await end(spec);
    const [execution] = emulator.cloudRun.executions;
    const [custom] = emulator.vertex.stored;
    const labels = where === 'Cloud Run' ? execution?.of.template?.labels : custom?.request.labels;
    const ran = where === 'Cloud Run' ? execution?.job : custom?.job;
    assert.deepEqual({ ...labels, ...own }, labels);
    assert.equal(labels?.triad_run, spec.runId);
    assert.deepEqual(ran?.order.args, ['--model', 'rfm']);
    assert.equal(ran?.log, 'team=crm,cost-center=4711: --model rfm\n');
  });
}
