import type { AlarmNotice } from '@triad/shared/contracts/alarm-view.ts';
import type { Transporter } from 'nodemailer';
import { type AlarmChannel, notTaken } from './alarm-channel.ts';
import { noticeText } from './notice-text.ts';

export interface EmailOptions {
  name: string;
  /** Server and login: `smtp://user:password@host:587`, or `smtps:`. */
  url: string;
  from: string;
  to: string[];
}

/** Sends the notice as a plain-text e-mail; its id makes the Message-ID. */
export class EmailChannel implements AlarmChannel {
  readonly type = 'email';
  readonly #options: EmailOptions;
  #transport: Transporter | undefined;

  constructor(options: EmailOptions) {
    this.#options = options;
  }

  async send(notice: AlarmNotice, signal: AbortSignal): Promise<void> {
    const { name, from, to } = this.#options;
    const transport = await this.#connect();
    try {
      await transport.sendMail({
        from,
        to,
        subject: notice.title,
        text: noticeText(notice),
        messageId: `<${notice.id}@triad.invalid>`,
        signal,
      });
    } catch (error) {
      throw notTaken(name, signal.aborted ? String(signal.reason) : reasonOf(error));
    }
  }

  /** The package is loaded only when there is something to send. */
  async #connect(): Promise<Transporter> {
    if (this.#transport) return this.#transport;
    const { createTransport } = await import('nodemailer');
    this.#transport = createTransport(this.#options.url);
    return this.#transport;
  }
}

/** Codes alone: what the server says may repeat the login. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the message was refused';
  const code = 'code' in error ? String(error.code) : 'no connection could be made';
  return 'responseCode' in error ? `${code}, SMTP ${String(error.responseCode)}` : code;
}
