import type { AlarmNotice } from '@triad/shared/contracts/alarm-view.ts';
import type { AlarmChannel } from '../../../orchestrator/alarms/channels/alarm-channel.ts';
import type { Life } from './life.ts';
import type { Network } from './network.ts';

/** The channel on which people are told. */
export const channelName = 'people';

/** Those who hear of alarms. They are always there; the way to them is as bad as any other. */
export class People {
  readonly #life: Life;
  readonly #heard = new Map<string, AlarmNotice>();

  constructor(life: Life) {
    this.#life = life;
  }

  /** What they have heard, each notice once, in the order of its first coming. */
  get heard(): readonly AlarmNotice[] {
    return [...this.#heard.values()];
  }

  channel(network: Network): AlarmChannel {
    const way: [string, string] = ['orchestrator', 'people'];
    return {
      type: 'webhook',
      send: (notice, signal) =>
        network.call(
          way,
          () => this.#life,
          async () => this.#hear(notice),
          signal,
        ),
    };
  }

  #hear(notice: AlarmNotice): void {
    if (!this.#heard.has(notice.id)) this.#heard.set(notice.id, notice);
  }
}
