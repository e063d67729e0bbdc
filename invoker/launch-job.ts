import { createHash } from 'node:crypto';
import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import { containerJob } from '@triad/shared/contracts/container.ts';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { InvokeRequest, JobView } from '@triad/shared/contracts/job-view.ts';
import { formatCommandId } from '@triad/shared/contracts/names.ts';
import { resources } from '@triad/shared/contracts/resources.ts';
import { jobOfKind, type StepKind } from '@triad/shared/contracts/step-kind.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import { z } from 'zod';
import { type StartJobOptions, startJob } from './start-job.ts';

export interface InvokeOptions extends StartJobOptions {
  artifacts: ArtifactStore;
  ids: Ids;
  /** Recorded in the manifest. */
  codeRevision: string;
}

/** What was started under an idempotency key. */
const invocation = z.object({ runId: z.string(), request: z.string() });

/**
 * Starts a job that somebody asked for directly. With an idempotency key, a repeat of the request
 * gives the same job, and another request is `IDEMPOTENCY_KEY_REUSED`.
 */
export async function invoke(
  options: InvokeOptions,
  request: InvokeRequest,
  idempotencyKey: string | undefined,
): Promise<JobView> {
  const { jobs, ids, codeRevision } = options;
  if (!jobs.jobNames.includes(request.job)) {
    throw new TriadError('JOB_UNKNOWN', { job: request.job, known: jobs.jobNames.join(', ') });
  }
  if (request.job === containerJob) {
    const expected = `expected a job of its own: ${containerJob} needs a step with a container`;
    throw new TriadError('INPUT_INVALID', { where: '/invoke', field: 'job', expected });
  }
  const { job, run_date: runDate, params = {} } = request;
  const kind = kindOf(request);
  const planHash = sha256(JSON.stringify({ job, kind, runDate, params }));
  const runId =
    idempotencyKey === undefined ? ids.next() : await runIdOfKey(options, idempotencyKey, planHash);
  const key = { runId, step: job, attempt: 1 };
  const spec: JobSpec = {
    version: 1,
    id: formatCommandId(key),
    ...key,
    job,
    kind,
    runDate,
    params,
    inputs: [],
    resources: resources.parse({}),
    pins: { planHash, codeRevision, seed: 0 },
  };
  return startJob(options, spec);
}

const defaultKinds: Record<string, StepKind> = { 'sql-runner': 'sql', trainer: 'train' };

function kindOf({ job, kind = defaultKinds[job] ?? 'container' }: InvokeRequest): StepKind {
  const doneBy = kind === 'container' || kind === 'approval' ? undefined : jobOfKind[kind];
  const fits = doneBy === undefined ? !(job in defaultKinds) : doneBy === job;
  if (fits) return kind;
  const kinds = Object.entries(jobOfKind).flatMap(([name, by]) => (by === job ? [name] : []));
  const expected = `expected a kind that ${job} does: ${kinds.join(', ') || 'container'}`;
  throw new TriadError('INPUT_INVALID', { where: '/invoke', field: 'kind', expected });
}

/** The first request with a key decides its run; all later ones find it. */
async function runIdOfKey(
  { artifacts, ids }: InvokeOptions,
  key: string,
  request: string,
): Promise<string> {
  const path = `invocations/${sha256(key)}.json`;
  const runId = ids.next();
  try {
    await artifacts.put(path, JSON.stringify({ runId, request }), { absent: true });
    return runId;
  } catch (error) {
    if (!(error instanceof TriadError && error.code === 'ARTIFACT_CONFLICT')) throw error;
  }
  const body = (await artifacts.get(path))?.body.toString() ?? '';
  const first = invocation.parse(JSON.parse(body));
  if (first.request !== request) throw new TriadError('IDEMPOTENCY_KEY_REUSED', { key });
  return first.runId;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
