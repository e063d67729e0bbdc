import { isErrorCode } from './catalogue.ts';
import { TriadError } from './triad-error.ts';

/**
 * The error another process reported, with that process's own words. A code that this build does
 * not know becomes `INTERNAL`, the code leading its message.
 */
export function errorFromReport(report: {
  code: string;
  message: string;
  fix: string;
}): TriadError {
  const { code, message, fix } = report;
  if (!isErrorCode(code)) return new TriadError('INTERNAL', { reason: `${code}: ${message}` });
  return Object.assign(new TriadError(code), { message, fix });
}
