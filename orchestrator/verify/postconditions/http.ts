import type { PostconditionOf } from '@triad/shared/contracts/postcondition.ts';
import { fetchFailure } from '@triad/shared/http/fetch-failure.ts';
import type { Finding, Judge } from '../evidence.ts';
import { valueAt } from '../json-pointer.ts';
import { judgeNumber, within } from '../requirements.ts';

/** A larger answer is none that a value is looked up in. */
const maxBodyBytes = 1_048_576;

/** What the server itself says may pass: time-out, too many requests, and its own failures. */
const mayPass = (status: number) => status === 408 || status === 429 || status >= 500;

export const http: Judge<'http'> = async (condition) => {
  const { url, status, timeoutSeconds } = condition;
  // Without a query or a password, which may be secret.
  const { host, pathname } = new URL(url);
  const name = `GET ${host}${pathname}`;
  const expected = `status ${status}`;
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  try {
    const response = await fetch(url, { signal });
    if (response.status !== status) {
      await response.body?.cancel();
      const finding = { name, ok: false, expected, actual: `status ${response.status}` };
      return mayPass(response.status) ? { ...finding, undecided: true } : finding;
    }
    if (condition.pointer === undefined) {
      await response.body?.cancel();
      return { name, ok: true, expected, actual: expected };
    }
    return judgeBody(name, condition.pointer, condition, await textOf(response));
  } catch (error) {
    const late = signal.aborted && `no answer within ${timeoutSeconds} s`;
    return { name, ok: false, expected, actual: late || fetchFailure(error), undecided: true };
  }
};

function judgeBody(
  name: string,
  pointer: string,
  { equals, min, max }: PostconditionOf<'http'>,
  text: string | undefined,
): Finding {
  const at = `${name} at "${pointer}"`;
  const json = text === undefined ? undefined : parseJson(text);
  if (json === undefined) {
    const actual = text === undefined ? `more than ${maxBodyBytes} bytes` : 'no JSON';
    return { name: at, ok: false, expected: 'a JSON answer', actual };
  }
  const value = valueAt(json, pointer);
  if (equals !== undefined) {
    const actual = value === undefined ? 'none' : shortText(value);
    return { name: at, ok: value === equals, expected: JSON.stringify(equals), actual };
  }
  const finding = judgeNumber(
    at,
    typeof value === 'number' ? value : undefined,
    within({ min, max }),
  );
  if (min === undefined && max === undefined) finding.ok = value !== undefined;
  return value === undefined ? finding : { ...finding, actual: shortText(value) };
}

/** The body, unless it is larger than any that a value is looked up in. */
async function textOf(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const shortText = (value: unknown) => {
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
};
