import type { CallOptions, PubSub } from '@google-cloud/pubsub';
import { googleAuth } from '../access/google-auth.ts';
import { retriedCodes } from './pubsub-error.ts';

/** Which Pub/Sub to talk to. */
export interface PubsubOptions {
  /** The id of the Google Cloud project. */
  project: string;
  /** Where an emulator listens, such as `127.0.0.1:8085`; it needs no credentials. @default Google's */
  endpoint?: string | undefined;
}

/** The SDK is slow to load, and an embedded system never needs it. */
export async function openPubsub({ project, endpoint }: PubsubOptions): Promise<PubSub> {
  const sdk = await import('@google-cloud/pubsub');
  return new sdk.PubSub({
    projectId: project,
    ...(endpoint === undefined
      ? { auth: await googleAuth({ scopes: 'https://www.googleapis.com/auth/pubsub' }) }
      : { apiEndpoint: endpoint, emulatorMode: true }),
  });
}

/**
 * The SDK tries a call again for so long, in milliseconds; its own limit is ten minutes, in which
 * nobody hears of the failure.
 */
export const callOptions = (timeoutMs: number): CallOptions => ({
  retry: {
    retryCodes: retriedCodes,
    backoffSettings: {
      initialRetryDelayMillis: 100,
      retryDelayMultiplier: 2,
      maxRetryDelayMillis: 2000,
      initialRpcTimeoutMillis: timeoutMs,
      rpcTimeoutMultiplier: 1,
      maxRpcTimeoutMillis: timeoutMs,
      totalTimeoutMillis: timeoutMs,
    },
  },
});

export interface ResourceNames {
  /** What topics of one environment begin with, before a `-`. @default nothing */
  namespace?: string | undefined;
}

/** How the topic is called in Pub/Sub, without its project: `<namespace>-<name>`. */
export const topicName = (name: string, { namespace }: ResourceNames): string =>
  namespace ? `${namespace}-${name}` : name;
