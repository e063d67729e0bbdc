import type { Clock } from '@triad/shared/clock/clock.ts';
import { TriadError, toTriadError } from '@triad/shared/errors/triad-error.ts';

/** Something that a service needs, and that can say whether it works. */
export interface Checked {
  /** Answers, or throws when it cannot be used. */
  check(): Promise<void>;
}

/** Why a port does not work. */
export interface HealthReason {
  port: string;
  code: string;
  message: string;
  fix: string;
}

/** A port that has not answered after this long does not work, in milliseconds. */
const patienceMs = 2000;

/** Asks all ports at once; an empty list means that all of them work. */
export async function checkHealth(
  ports: Readonly<Record<string, Checked>>,
  clock: Clock,
): Promise<HealthReason[]> {
  const reasons = await Promise.all(
    Object.entries(ports).map(async ([port, checked]) => {
      try {
        await inTime(checked.check(), port, clock);
        return [];
      } catch (error) {
        const { code, message, fix } = toTriadError(error);
        return [{ port, code, message, fix }];
      }
    }),
  );
  return reasons.flat();
}

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
