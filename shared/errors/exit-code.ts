import type { ErrorReport } from './triad-error.ts';

/**
 * How a job tells its launcher what kind of end it came to, across the process border.
 * `retryable` is EX_TEMPFAIL of sysexits.h: the same attempt may succeed later.
 */
export const exitCode = { ok: 0, fatal: 1, retryable: 75 } as const;

/** Exit codes of the `triad` command. */
export const cliExitCode = { ok: 0, failed: 1, usage: 2 } as const;

export function exitCodeOf(error: Pick<ErrorReport, 'retryable'>): number {
  return error.retryable ? exitCode.retryable : exitCode.fatal;
}
