import type { Clock } from '../clock/clock.ts';
import { type ErrorReport, TriadError, toTriadError } from '../errors/triad-error.ts';

/** Answers, or throws when the thing cannot be used. */
export type HealthCheck = () => Promise<void>;

export interface CheckResult {
  name: string;
  /** Null when all is well. */
  error: ErrorReport | null;
}

/** What has not answered after this long does not work, in milliseconds. */
const patienceMs = 2000;

/** Makes all checks at once. */
export function checkAll(
  checks: Readonly<Record<string, HealthCheck>>,
  clock: Clock,
): Promise<CheckResult[]> {
  return Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        await inTime(check(), name, clock);
        return { name, error: null };
      } catch (error) {
        return { name, error: toTriadError(error).report() };
      }
    }),
  );
}

/** Why a service cannot work, as `503` answers tell it. */
export interface HealthReason {
  port: string;
  code: string;
  message: string;
  fix: string;
}

/** Of the checks, those that failed. */
export const reasonsOf = (results: CheckResult[]): HealthReason[] =>
  results.flatMap(({ name: port, error }) => {
    if (!error) return [];
    const { code, message, fix } = error;
    return [{ port, code, message, fix }];
  });

async function inTime(check: Promise<void>, port: string, clock: Clock): Promise<void> {
  const late = Promise.withResolvers<never>();
  const cancel = clock.setTimer(patienceMs, () => {
    late.reject(new TriadError('CHECK_TIMEOUT', { port, limit: patienceMs }));
  });
  try {
    await Promise.race([check, late.promise]);
  } finally {
    cancel();
  }
}
