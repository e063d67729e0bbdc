import { mkdirSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { Clock } from '../clock/clock.ts';
import { attemptPrefix, manifestPath } from '../contracts/attempt.ts';
import type { JobSpec } from '../contracts/job-spec.ts';
import type { Manifest, ManifestOutput } from '../contracts/manifest.ts';
import { TriadError } from '../errors/triad-error.ts';
import type { Logger } from '../log/logger.ts';
import type { Job, JobResult } from './job.ts';

/** Files of an attempt that are no outputs. */
const reserved = ['manifest.json', 'error.json', 'job-spec.json'];

export interface JobSurroundings {
  artifacts: ArtifactStore;
  clock: Clock;
  log: Logger;
  /** Made, and empty, once the job asks for it; removed after the job. */
  scratch: string;
  /** Aborts when the job is asked to stop. */
  signal: AbortSignal;
}

/**
 * Does one attempt of one step: runs its handler, then writes the manifest, last. An attempt that
 * has its manifest already is done. Throws what the handler throws, `JOB_KIND_UNKNOWN`, or
 * `METRIC_NOT_FINITE`.
 */
export async function performJob(job: Job, spec: JobSpec, around: JobSurroundings): Promise<void> {
  const { artifacts, clock, log, signal } = around;
  const handler = job.handlers[spec.kind];
  if (!handler) {
    const known = Object.keys(job.handlers).join(', ');
    throw new TriadError('JOB_KIND_UNKNOWN', { job: job.name, kind: spec.kind, known });
  }
  if (await artifacts.stat(manifestPath(spec))) return;

  const startedAt = clock.now().toISOString();
  const outputs: ManifestOutput[] = [];
  let scratch: string | undefined;
  try {
    const addOutput = async (name: string, localFile: string, rows?: number) => {
      const file = basename(localFile);
      const path = `${attemptPrefix(spec)}/${file}`;
      if (reserved.includes(file)) throw new Error(`${file} is reserved`);
      if (outputs.some((output) => output.name === name || output.path === path)) {
        throw new Error(`output ${name} (${file}) was added twice`);
      }
      const reference = await artifacts.putFile(path, localFile);
      const output = { ...reference, name, ...(rows !== undefined && { rows }) };
      outputs.push(output);
      return output;
    };
    signal.throwIfAborted();
    const result = await handler({
      spec,
      artifacts,
      clock,
      log,
      signal,
      addOutput,
      get scratch() {
        scratch ??= madeEmpty(around.scratch);
        return scratch;
      },
    });
    const finishedAt = clock.now().toISOString();
    const manifest = manifestOf(spec, result, { outputs, startedAt, finishedAt });
    if (saysSomething(result, outputs)) await checkManifest(manifest);
    // Whoever asked an attempt to stop no longer reckons with its results.
    signal.throwIfAborted();
    await storeManifest(artifacts, spec, manifest);
  } finally {
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
  }
}

function madeEmpty(directory: string): string {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  return directory;
}

function manifestOf(
  spec: JobSpec,
  result: JobResult,
  done: Pick<Manifest, 'outputs' | 'startedAt' | 'finishedAt'>,
): Manifest {
  const metrics = result.metrics ?? {};
  for (const [metric, value] of Object.entries(metrics)) {
    if (!Number.isFinite(value)) throw new TriadError('METRIC_NOT_FINITE', { metric, value });
  }
  const { checks, lists, sqlHash, sourceHash } = result;
  return {
    version: 1,
    commandId: spec.id,
    runDate: spec.runDate,
    tables: result.tables ?? [],
    metrics,
    notes: result.notes ?? [],
    ...(lists && { lists }),
    ...(checks && { checks }),
    lineage: {
      ...spec.pins,
      inputs: spec.inputs,
      ...(sqlHash !== undefined && { sqlHash }),
      ...(sourceHash !== undefined && { sourceHash }),
    },
    ...done,
  };
}

const saysSomething = (result: JobResult, outputs: ManifestOutput[]): boolean =>
  outputs.length > 0 || Object.keys(result).length > 0;

/** What the step said must be as the contract asks. Its schema is loaded for that alone. */
async function checkManifest(manifest: Manifest): Promise<void> {
  const { parseManifest } = await import('../contracts/manifest.ts');
  parseManifest(manifest);
}

/** The first manifest stays: a second performance of the same attempt changes nothing. */
async function storeManifest(artifacts: ArtifactStore, spec: JobSpec, manifest: Manifest) {
  try {
    await artifacts.put(manifestPath(spec), JSON.stringify(manifest, null, 2), { absent: true });
  } catch (error) {
    if (!(error instanceof TriadError && error.code === 'ARTIFACT_CONFLICT')) throw error;
  }
}
