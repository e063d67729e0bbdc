import type { ErrorCode } from '../errors/catalogue.ts';
import { TriadError } from '../errors/triad-error.ts';

/** What DuckDB and the system below it say when no space is left. */
const noSpace = /No space left on device|Disk quota exceeded|failed to offload data block/i;

const noMemory = /^Out of Memory Error/;

/** What is wrong, in one line, without DuckDB's echo of the statement. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [reason = message] = message.split('\n\nLINE ');
  return reason.trim().replaceAll(/\s*\n\s*/g, '; ');
}

/**
 * The coded error for one that DuckDB threw: `DISK_FULL` or `WAREHOUSE_MEMORY` where that is the
 * cause, otherwise `code` with the reason filled in. An error that has a code already stays as it
 * is. DuckDB's errors carry no code of their own, so that their words must tell.
 */
export function codedError(
  error: unknown,
  path: string,
  code: ErrorCode,
  details: Record<string, string>,
): TriadError {
  if (error instanceof TriadError) return error;
  const reason = reasonOf(error);
  const options = { cause: error };
  if (noSpace.test(reason)) return new TriadError('DISK_FULL', { path }, options);
  if (noMemory.test(reason)) return new TriadError('WAREHOUSE_MEMORY', { path, reason }, options);
  return new TriadError(code, { ...details, reason }, options);
}
