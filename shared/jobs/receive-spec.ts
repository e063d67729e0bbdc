import { once } from 'node:events';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { parseCommandId } from '../contracts/attempt.ts';
import type { JobSpec } from '../contracts/job-spec.ts';
import { exitCode } from '../errors/exit-code.ts';
import { TriadError, toTriadError } from '../errors/triad-error.ts';
import type { Logger } from '../log/logger.ts';
import { storeError } from './store-error.ts';

/** What the pool sends a waiting process: its job. */
export interface Assignment {
  spec: JobSpec;
  /** The span that started the job. */
  traceparent: string | undefined;
}

/** What the environment of a process says of its job. */
export interface JobVariables {
  /** The value of `TRIAD_JOB`, a spec or where it is (`stored-spec.ts`); without it, the job comes over the pool's channel. */
  specText: string | undefined;
  /** The value of `TRACEPARENT`. */
  traceparent: string | undefined;
}

/** Where a spec is that is too long for a variable. */
export interface JobSource {
  artifacts: ArtifactStore;
  log: Logger;
}

/** What a waiting process sends the pool when it has loaded everything. */
export interface Ready {
  ready: true;
}

/**
 * This process's job: from its environment when that has one, or says where it is, otherwise over
 * the pool's channel, which is closed then; the launcher has checked that spec, and to load the
 * schema again would take longer than a small job. A process whose pool goes away while it still
 * waits has nothing left to do and exits.
 */
export function receiveJob(options: JobVariables & JobSource): Promise<Assignment> {
  const { specText, traceparent } = options;
  if (specText !== undefined) {
    return readSpec(specText, options).then((spec) => ({ spec, traceparent }));
  }
  if (!process.send) {
    const reason = 'This program is a job: it needs its job spec as JSON in TRIAD_JOB.';
    throw new TriadError('USAGE', { reason });
  }
  return waitForJob();
}

async function readSpec(text: string, source: JobSource): Promise<JobSpec> {
  const { fetchSpec, isPointer, parseJobText } = await import('./stored-spec.ts');
  const job = parsed(text, parseJobText);
  if (!isPointer(job)) return job;
  const { artifacts, log } = source;
  try {
    return await fetchSpec(artifacts, job);
  } catch (error) {
    // The launcher cannot see why else: all that it is told is an exit code.
    await storeError(artifacts, parseCommandId(job.id), toTriadError(error), log);
    throw error;
  }
}

function parsed<T>(text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const expected = 'expected a job spec as JSON';
    throw new TriadError('CONFIG_INVALID', { field: 'TRIAD_JOB', expected });
  }
}

async function waitForJob(): Promise<Assignment> {
  const leave = () => process.exit(exitCode.ok);
  if (!process.connected) return leave();
  process.once('disconnect', leave);
  const [assignment]: Assignment[] = await once(process, 'message');
  process.off('disconnect', leave);
  process.disconnect();
  if (assignment === undefined) throw new Error('the channel gave no job');
  const { version } = assignment.spec;
  if (version !== 1) {
    const details = { contract: 'job spec', version, known: 1 };
    throw new TriadError('CONTRACT_VERSION_UNKNOWN', details);
  }
  return assignment;
}
