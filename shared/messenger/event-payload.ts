import { hash } from 'node:crypto';
import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { getPinned, putOnce } from '../artifacts/pinned-artifact.ts';
import { artifactReference } from '../contracts/artifact-reference.ts';
import { commandIdPattern, parseCommandId } from '../contracts/attempt.ts';
import type { CloudEvent } from '../contracts/cloud-event.ts';
import { encodeEvent, eventIn, type PushEnvelope } from '../contracts/push-envelope.ts';
import { TriadError } from '../errors/triad-error.ts';

/**
 * Extension attributes of an event whose data is an artifact: the claim check of CloudEvents
 * (github.com/cloudevents/spec, extensions/dataref.md), with what the artifact is checked by.
 */
const dataReference = z.looseObject({
  dataref: artifactReference.shape.path,
  databytes: artifactReference.shape.bytes,
  datasha256: artifactReference.shape.sha256,
});

/** Of the names that are no safe part of a path, their hash. */
const safeName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,149}$/;

/** The run that an event about a command belongs to. */
export function runOf({ subject }: CloudEvent): string | undefined {
  if (subject === undefined || !commandIdPattern.test(subject)) return undefined;
  return parseCommandId(subject).runId;
}

/** Where the data of a run's messages is, which goes when the run goes. */
export const payloadPrefix = (runId: string): string => `messages/${runId}/`;

/** Where the data of an event is that is too large for a message; nowhere for one that is of no run. */
export function payloadPath(event: CloudEvent): string | undefined {
  const runId = runOf(event);
  const { id } = event;
  const name = safeName.test(id) ? id : hash('sha256', id);
  return runId && `${payloadPrefix(runId)}${name}.json`;
}

/**
 * The event with its data in the artifact store, and a reference in its place. May be repeated;
 * other data for the same event is `ARTIFACT_CONFLICT`. `undefined` for an event of no run.
 */
export async function storePayload(
  artifacts: ArtifactStore,
  event: CloudEvent,
): Promise<CloudEvent | undefined> {
  const path = payloadPath(event);
  const { data, ...rest } = event;
  if (path === undefined || data === undefined) return undefined;
  const { bytes, sha256 } = await putOnce(artifacts, path, JSON.stringify(data));
  return { ...rest, data: null, dataref: path, databytes: bytes, datasha256: sha256 };
}

/**
 * A message as it was before its data was stored; any other as it is. Of data that is gone or
 * changed, which no later delivery will find, the `MESSAGE_POISON` to give it up with; what the store
 * cannot give for now is thrown.
 */
export async function openPayload(
  artifacts: ArtifactStore,
  envelope: PushEnvelope,
): Promise<PushEnvelope | TriadError> {
  const { messageId: id, data } = envelope.message;
  const event = referring(data);
  if (!event) return envelope;
  const { dataref, databytes, datasha256, ...rest } = event;
  const parsed = dataReference.safeParse(event);
  if (!parsed.success || parsed.data.dataref !== payloadPath(event)) {
    const reason = 'its dataref is not that of its own data';
    return new TriadError('MESSAGE_POISON', { id, reason });
  }
  const { dataref: path, databytes: bytes, datasha256: sha256 } = parsed.data;
  try {
    const body = await getPinned(artifacts, { path, bytes, sha256 });
    const whole = { ...rest, data: JSON.parse(body.toString()) };
    return { ...envelope, message: { ...envelope.message, data: encodeEvent(whole) } };
  } catch (error) {
    if (!(error instanceof TriadError) || !lost.has(error.code)) throw error;
    const { message: reason } = error;
    return new TriadError('MESSAGE_POISON', { id, reason }, { cause: error });
  }
}

const lost: ReadonlySet<string> = new Set(['ARTIFACT_MISSING', 'MANIFEST_MISMATCH']);

/** Its event, if its data is elsewhere. What cannot be read at all is left to the receiver. */
function referring(data: string): CloudEvent | undefined {
  // Most messages are small and have none: they are not parsed twice.
  if (!Buffer.from(data, 'base64').includes('"dataref"')) return undefined;
  const event = eventIn(data);
  return event && 'dataref' in event ? event : undefined;
}
