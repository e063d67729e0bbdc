import { hash } from 'node:crypto';
import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import { type Manifest, manifestPath } from '@triad/shared/contracts/manifest.ts';
import { attemptPrefix } from '@triad/shared/contracts/names.ts';
import { warehouseJob } from '@triad/shared/contracts/step-kind.ts';
import type { JobResult } from '@triad/shared/jobs/job.ts';
import { simulated } from '../../harness/orchestrator/any-pipeline.ts';
import type { JobFault } from './job-fate.ts';

const hashOf = (text: string): string => hash('sha256', text);

/** Everything that decides the result: equal for all attempts of a step of a run. */
export const fingerprintOf = ({ runDate, step, params, inputs, pins }: JobSpec): string =>
  hashOf(JSON.stringify([runDate, step, params, inputs.map(({ sha256 }) => sha256), pins]));

/** What the job reports, which follows from what it was asked. */
export function resultOf(spec: JobSpec): JobResult {
  const flag = Number.parseInt(hashOf(`${spec.runId}${spec.step}`).slice(0, 1), 16) % 2;
  const tables = spec.job === warehouseJob ? [{ table: tableOf(spec), rows: 1 }] : [];
  return { tables, metrics: { [simulated.metric]: flag } };
}

/** Each step of each pipeline has a table of its own, which all of its runs publish into. */
const tableOf = ({ step, pins, params }: JobSpec): string =>
  `${String(params.pipeline ?? pins.planHash)}.${step}`;

/** Writes the output, and the manifest last, as a job does that has this fault. */
export async function writeManifest(
  artifacts: ArtifactStore,
  spec: JobSpec,
  result: JobResult,
  fault: JobFault | undefined,
  now: number,
): Promise<void> {
  const path = `${attemptPrefix(spec)}/result`;
  const body = fingerprintOf(spec);
  await artifacts.put(path, body);
  const at = new Date(now).toISOString();
  const output = {
    name: 'result',
    path: fault === 'missing output' ? `${attemptPrefix(spec)}/other` : path,
    bytes: body.length,
    sha256: hashOf(fault === 'wrong output' ? `${body}!` : body),
  };
  const manifest: Manifest = {
    version: 1,
    commandId: spec.id,
    runDate: spec.runDate,
    outputs: [output],
    tables: result.tables ?? [],
    metrics: result.metrics ?? {},
    notes: [],
    lists: { [simulated.list]: ['p', 'q'] },
    lineage: { ...spec.pins, inputs: spec.inputs },
    startedAt: at,
    finishedAt: at,
  };
  await artifacts.put(manifestPath(spec), JSON.stringify(manifest));
}
