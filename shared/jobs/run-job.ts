import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { Clock } from '../clock/clock.ts';
import type { JobSpec } from '../contracts/job-spec.ts';
import { exitCode, exitCodeOf } from '../errors/exit-code.ts';
import { TriadError, toTriadError } from '../errors/triad-error.ts';
import { attemptLog } from '../log/attempt-log.ts';
import type { Logger } from '../log/logger.ts';
import type { Tracer } from '../tracing/tracer.ts';
import { beat } from './heartbeat.ts';
import type { Job } from './job.ts';
import { jobFolder } from './job-folder.ts';
import { performJob } from './perform-job.ts';
import { ProgramExit } from './program-exit.ts';
import { type JobVariables, type Ready, receiveJob } from './receive-spec.ts';
import { storeError } from './store-error.ts';
import { traceJob } from './trace-job.ts';

export interface JobProcess extends JobVariables {
  artifacts: ArtifactStore;
  clock: Clock;
  log: Logger;
  /** Holds one folder per job; the job's scratch directory and heartbeat are in its own. */
  jobsDirectory: string;
  tracer: Tracer;
}

/**
 * Makes this process a job: gets the spec, does the attempt, and exits 0 when the manifest is
 * stored, otherwise as `exitCode` says, leaving an `error.json`. A job that ends because of
 * SIGTERM dies of SIGTERM, so that whoever watches knows that it did not fail by itself.
 */
export async function runJob(job: Job, options: JobProcess): Promise<never> {
  const { artifacts, clock, jobsDirectory, tracer } = options;
  const stop = new AbortController();
  let spec: JobSpec | undefined;
  let { log } = options;
  let endSpan = (_error?: TriadError) => {};

  const finishTrace = (error?: TriadError): Promise<void> => {
    endSpan(error);
    return tracer.close();
  };
  const fail = async (thrown: unknown): Promise<never> => {
    if (thrown instanceof ProgramExit) return endLike(thrown);
    const error = toTriadError(thrown);
    log.error({ code: error.code, err: thrown }, error.message);
    if (spec) await storeError(artifacts, spec, error, log);
    await finishTrace(error);
    process.exit(exitCodeOf(error));
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  // One that waits in the pool has nothing to do yet.
  const isWaiting = () => !spec && options.specText === undefined;
  process.on('SIGTERM', () => (isWaiting() ? process.exit(exitCode.ok) : stop.abort()));

  try {
    const receiving = receiveJob(options);
    if (options.specText === undefined) await job.warmUp?.();
    // A job that was in a hurry has come meanwhile, and has closed the channel.
    if (process.connected) process.send?.({ ready: true } satisfies Ready);
    const { spec: received, traceparent } = await receiving;
    spec = received;
    log = attemptLog(log, spec.id);
    endSpan = traceJob(tracer, clock, spec, traceparent);
    const { scratch, heartbeat } = jobFolder(jobsDirectory, spec.id);
    if (!job.beatsItself) beat(heartbeat, spec.limits, { clock, log });
    await performJob(job, spec, { artifacts, clock, log, scratch, signal: stop.signal });
  } catch (error) {
    if (!stop.signal.aborted) return fail(error);
    await finishTrace(new TriadError('JOB_CANCELLED'));
    return dieOf('SIGTERM');
  }
  await finishTrace();
  process.exit(exitCode.ok);
}

function endLike({ exitCode: code, signal }: ProgramExit): Promise<never> {
  if (signal) return dieOf(signal);
  process.exit(code ?? exitCode.fatal);
}

function dieOf(signal: NodeJS.Signals): Promise<never> {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  return new Promise(() => {});
}
