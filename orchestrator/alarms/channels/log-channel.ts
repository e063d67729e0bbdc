import type { AlarmNotice } from '@triad/shared/contracts/alarm-view.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { AlarmChannel } from './alarm-channel.ts';

/** Writes the notice into the orchestrator's log. */
export class LogChannel implements AlarmChannel {
  readonly type = 'log';
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  async send(notice: AlarmNotice): Promise<void> {
    const isGood = notice.type === 'recovered' || notice.type === 'test';
    this.#log[isGood ? 'info' : 'error']({ notice }, `${notice.title}. ${notice.summary}`);
  }
}
