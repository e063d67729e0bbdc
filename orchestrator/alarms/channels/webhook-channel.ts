import type { AlarmNotice } from '@triad/shared/contracts/alarm-view.ts';
import type { AlarmChannel } from './alarm-channel.ts';
import { postJson } from './post-json.ts';

export interface WebhookOptions {
  name: string;
  url: string;
  /** Sent along, such as `Authorization`. */
  headers: Record<string, string>;
  fetch: typeof fetch;
}

/** POSTs the notice as JSON, with its id as `Idempotency-Key`. */
export class WebhookChannel implements AlarmChannel {
  readonly type = 'webhook';
  readonly #options: WebhookOptions;

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  send(notice: AlarmNotice, signal: AbortSignal): Promise<void> {
    const { name: channel, headers, ...rest } = this.#options;
    const all = { ...headers, 'idempotency-key': notice.id };
    return postJson({ ...rest, channel, headers: all, body: notice, signal });
  }
}
