import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { eventType } from '@triad/shared/contracts/cloud-event.ts';
import type { Command } from '@triad/shared/contracts/command.ts';
import { encodeEvent } from '@triad/shared/contracts/push-envelope.ts';
import request from 'supertest';
import { createInvoker } from '../../../invoker/invoker.ts';
import { FakeClock } from '../fake-clock.ts';
import { jobSpecWith } from '../job-spec.ts';
import { recordingLogger } from '../recording-logger.ts';
import { sequentialIds } from '../sequential-ids.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { FakeJobs } from './fake-jobs.ts';
import { RecordingMessenger } from './recording-messenger.ts';

/** An invoker with real artifacts, whose jobs and messenger the test holds. */
export async function setUpInvoker() {
  const clock = new FakeClock();
  const artifacts = new DirectoryArtifactStore({ directory: await temporaryDirectory() });
  const jobs = new FakeJobs(clock);
  const messenger = new RecordingMessenger();
  const { log, lines } = recordingLogger();
  const ids = sequentialIds();
  /** A further invoker on the same artifacts and jobs. */
  const another = () =>
    createInvoker({ artifacts, jobs, messenger, clock, ids, log, codeRevision: 'rev' });
  const invoker = another();
  return { clock, artifacts, jobs, messenger, lines, another, invoker, http: request(invoker.app) };
}

export type InvokerSetup = Awaited<ReturnType<typeof setUpInvoker>>;

export const commandWith = (changes: Partial<Command> = {}): Command =>
  jobSpecWith({}, { job: 'sql-runner', kind: 'sql', ...changes });

/** The body of the push request that delivers an event of this type and data. */
export function pushOf(type: string, data: unknown) {
  const event = {
    specversion: '1.0' as const,
    id: 'event-1',
    source: 'triad/orchestrator',
    type,
    datacontenttype: 'application/json' as const,
    data,
  };
  return envelopeOf(encodeEvent(event));
}

export const pushOfCommand = (command: unknown) => pushOf(eventType.command, command);

export const pushOfCancellation = (commandId: string) =>
  pushOf(eventType.cancellation, { version: 1, commandId });

/** A push request that delivers this base64 text. */
export const envelopeOf = (data: string) => ({
  message: { messageId: 'message-1', data, attributes: {} },
  subscription: 'invoker',
});
