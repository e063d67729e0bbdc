import type { AlarmNotice } from '@triad/shared/contracts/alarm-view.ts';
import type { AlarmChannel } from './alarm-channel.ts';
import { noticeText } from './notice-text.ts';
import { postJson } from './post-json.ts';

export interface SlackOptions {
  name: string;
  /** An incoming webhook. */
  url: string;
  fetch: typeof fetch;
}

/** Posts the notice as a message, in the form that Slack's incoming webhooks take. */
export class SlackChannel implements AlarmChannel {
  readonly type = 'slack';
  readonly #options: SlackOptions;

  constructor(options: SlackOptions) {
    this.#options = options;
  }

  send(notice: AlarmNotice, signal: AbortSignal): Promise<void> {
    const { name: channel, ...rest } = this.#options;
    const text = `*${escaped(notice.title)}*\n${escaped(noticeText(notice))}`;
    return postJson({ ...rest, channel, body: { text }, signal });
  }
}

/** What Slack reads as mark-up or as a mention. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
