import { join } from 'node:path';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { manifestPath } from '@triad/shared/contracts/attempt.ts';
import { type JobSpec, parseJobSpec } from '@triad/shared/contracts/job-spec.ts';
import { type Manifest, parseManifest } from '@triad/shared/contracts/manifest.ts';
import { formatCommandId } from '@triad/shared/contracts/names.ts';
import { wrapper } from '@triad/shared/jobs/cloud/cloud-container.ts';
import type { Image } from './open-image.ts';
import { ownMounts, runImage } from './run-image.ts';
import { tailOf, type Workbench } from './workbench.ts';

const runDate = '2026-01-31';

/** Runs one job in an image, on the home of `bench`, and reads the manifest that it leaves. */
export async function runJobImage(
  bench: Workbench,
  image: Image,
  step: string,
  work: Pick<JobSpec, 'job' | 'kind' | 'params'> & Partial<Pick<JobSpec, 'inputs' | 'container'>>,
): Promise<Manifest> {
  const key = { runId: `check-${image.name}`, step, attempt: 1 };
  const spec = parseJobSpec({
    version: 1,
    id: formatCommandId(key),
    ...key,
    runDate,
    inputs: [],
    resources: {},
    pins: { planHash: 'check', codeRevision: revisionOf(image), seed: 7 },
    ...work,
  });
  const running = runImage(image, {
    mounts: ownMounts(bench.home),
    environment: { TRIAD_JOB: JSON.stringify(spec) },
    ...(work.container && { entrypoint: wrapper, command: [] }),
    logFile: bench.logFile(`${image.name}-${step}`),
  });
  const code = await running.exited;
  if (code !== 0) throw new Error(`exit code ${code}${tailOf(running.log())}`);
  const artifacts = new DirectoryArtifactStore({ directory: join(bench.home, 'artifacts') });
  const found = await artifacts.get(manifestPath(key));
  if (found === undefined) throw new Error(`no manifest${tailOf(running.log())}`);
  return parseManifest(JSON.parse(found.body.toString()));
}

/** The orders of simulated customers as a snapshot, made by the sql-runner image. */
export async function makeSnapshot(bench: Workbench, image: Image): Promise<JobSpec['inputs']> {
  const job = 'sql-runner';
  const params = { source: 'simulated', customers: 400 };
  await runJobImage(bench, image, 'load', { job, kind: 'load', params });
  await runJobImage(bench, image, 'orders', { job, kind: 'sql', params: { tags: 'orders' } });
  const exported = { job, kind: 'export', params: { table: 'orders' } } as const;
  const { outputs } = await runJobImage(bench, image, 'snapshot', exported);
  return outputs.map(({ path, bytes, sha256, name }) => ({
    ...{ path, bytes, sha256, name },
    step: 'snapshot',
  }));
}

/** A model trained by a trainer image: the SHA-256 of the model. */
export async function trainModel(
  bench: Workbench,
  image: Image,
  inputs: JobSpec['inputs'],
): Promise<string> {
  const params = { learner: 'clv', horizon: 52, discount_rate: 0.1 };
  const work = { job: 'trainer', kind: 'train', params, inputs } as const;
  const { outputs } = await runJobImage(bench, image, 'train', work);
  const model = outputs.find(({ name }) => name === 'model');
  if (model === undefined) throw new Error('the manifest has no output named model');
  return model.sha256;
}

/** A container step whose program is Node itself, as the cloud starts it: the name of its output. */
export async function runContainer(bench: Workbench, image: Image): Promise<string> {
  const program = `require('node:fs').writeFileSync(process.env.TRIAD_OUTPUT_DIR + '/greeting.txt', 'hello')`;
  const container = { image: image.name, command: ['node', '-e', program], env: {} };
  const work = { job: 'container', kind: 'container', params: {}, container } as const;
  const { outputs } = await runJobImage(bench, image, 'greet', { ...work });
  const [output] = outputs;
  if (output?.name !== 'greeting') throw new Error('the manifest has no output named greeting');
  return `output ${output.name}, ${output.sha256.slice(0, 12)}`;
}

const revisionOf = ({ config }: Image): string =>
  config.Labels['org.opencontainers.image.revision'] ?? '';

/** Has the linker of an image load a shared library by its name. Throws what it says when it cannot. */
export async function loadLibrary(bench: Workbench, image: Image, name: string): Promise<void> {
  // A library that was loaded and is none of Node's own says nothing to Node.
  const program = `try { process.dlopen({ exports: {} }, '${name}') } catch (error) { if (!/self-register/.test(error.message)) throw error }`;
  const running = runImage(image, {
    mounts: ownMounts(bench.home),
    environment: {},
    command: ['node', '-e', program],
    logFile: bench.logFile(`${image.name}-${name}`),
  });
  if ((await running.exited) !== 0) throw new Error(tailOf(running.log()));
}
