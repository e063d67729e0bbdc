import type { ProxiedRequest, ProxiedResponse } from './fault-proxy.ts';

/**
 * Answers how far a resumable upload has come. The emulator takes that question, a `PUT` whose
 * `Content-Range` names no bytes, for the end of the upload; see docs/emulators.md.
 */
export class UploadSessions {
  /** By the id of the upload, the last answer of the server. */
  readonly #answers = new Map<string, ProxiedResponse>();

  answer(asked: ProxiedRequest): ProxiedResponse | undefined {
    const id = uploadId(asked);
    const asksForStatus = String(asked.headers['content-range']).startsWith('bytes */');
    if (id === undefined || !asksForStatus) return undefined;
    return this.#answers.get(id) ?? { status: 308, headers: {}, body: Buffer.alloc(0) };
  }

  learn(asked: ProxiedRequest, response: ProxiedResponse): void {
    const id = uploadId(asked);
    if (id !== undefined && response.status <= 308) this.#answers.set(id, response);
  }
}

const uploadId = ({ method, url }: ProxiedRequest): string | undefined =>
  method === 'PUT'
    ? (new URL(url, 'http://x').searchParams.get('upload_id') ?? undefined)
    : undefined;
