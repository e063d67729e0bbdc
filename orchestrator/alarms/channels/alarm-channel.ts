import type { AlarmNotice } from '@triad/shared/contracts/alarm-view.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';

/** A way to people. */
export interface AlarmChannel {
  /** Such as `webhook`. */
  readonly type: string;
  /**
   * Resolves when the other side has taken the notice. The same notice may come twice, with the
   * same id. Errors: `ALARM_DELIVERY_FAILED`, which tells neither address nor login.
   */
  send(notice: AlarmNotice, signal: AbortSignal): Promise<void>;
}

export const notTaken = (channel: string, reason: string): TriadError =>
  new TriadError('ALARM_DELIVERY_FAILED', { channel, reason });
