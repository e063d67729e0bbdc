import { once } from 'node:events';
import type { JobSpec } from '../contracts/job-spec.ts';
import { exitCode } from '../errors/exit-code.ts';
import { TriadError } from '../errors/triad-error.ts';

/** What the pool sends a waiting process: its job. */
export interface Assignment {
  spec: JobSpec;
}

/** What a waiting process sends the pool when it has loaded everything. */
export interface Ready {
  ready: true;
}

/**
 * The spec of this process's job: from `text` (the variable `TRIAD_JOB`) when there is one,
 * otherwise over the pool's channel, which is closed then; the launcher has checked that one, and
 * to load the schema again would take longer than a small job. A process whose pool goes away while
 * it still waits has nothing left to do and exits.
 */
export function receiveSpec(text: string | undefined): Promise<JobSpec> {
  if (text !== undefined) return readSpec(text);
  if (!process.send) {
    const reason = 'This program is a job: it needs its job spec as JSON in TRIAD_JOB.';
    throw new TriadError('USAGE', { reason });
  }
  return waitForSpec();
}

async function readSpec(text: string): Promise<JobSpec> {
  const { parseJobSpec } = await import('../contracts/job-spec.ts');
  try {
    return parseJobSpec(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const expected = 'expected a job spec as JSON';
    throw new TriadError('CONFIG_INVALID', { field: 'TRIAD_JOB', expected });
  }
}

async function waitForSpec(): Promise<JobSpec> {
  const leave = () => process.exit(exitCode.ok);
  if (!process.connected) return leave();
  process.once('disconnect', leave);
  const [assignment]: Assignment[] = await once(process, 'message');
  process.off('disconnect', leave);
  process.disconnect();
  if (assignment === undefined) throw new Error('the channel gave no job');
  const { spec } = assignment;
  if (spec.version !== 1) {
    const details = { contract: 'job spec', version: spec.version, known: 1 };
    throw new TriadError('CONTRACT_VERSION_UNKNOWN', details);
  }
  return spec;
}
