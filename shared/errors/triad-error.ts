import { catalogue, type Details, type ErrorCode } from './catalogue.ts';

/** What leaves the process when something goes wrong: in HTTP bodies, outcomes and `--json`. */
export interface ErrorReport {
  code: string;
  message: string;
  fix: string;
  retryable: boolean;
}

/**
 * An error a user can act on. Its text, remedy and retryability come from the catalogue;
 * `details` fill the `{placeholders}` of the catalogue's texts.
 */
export class TriadError extends Error {
  readonly code: ErrorCode;
  readonly fix: string;
  readonly retryable: boolean;
  readonly httpStatus: number;

  constructor(code: ErrorCode, details: Details = {}, options?: { cause?: unknown }) {
    const entry = catalogue[code];
    super(fill(entry.message, details), options);
    this.name = 'TriadError';
    this.code = code;
    this.fix = fill(entry.fix, details);
    this.retryable = entry.retryable;
    this.httpStatus = entry.httpStatus;
  }

  report(): ErrorReport {
    return { code: this.code, message: this.message, fix: this.fix, retryable: this.retryable };
  }
}

/** The error itself when it is already coded, otherwise `INTERNAL` with the original as cause. */
export function toTriadError(error: unknown): TriadError {
  if (error instanceof TriadError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new TriadError('INTERNAL', { reason }, { cause: error });
}

function fill(text: string, details: Details): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in details ? String(details[name]) : whole,
  );
}
