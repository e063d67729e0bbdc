import type { Messenger } from '@triad/shared/messenger/messenger.ts';
import type { Push } from '@triad/shared/messenger/push.ts';

/** Who gets the messages of which topic. */
export const subscriptionsOf = { one: ['first'], two: ['second', 'third'] } as const;

export interface DeliveryOptions {
  /** Messages that one receiver has at a time. */
  concurrency?: number;
  ackDeadlineMs?: number;
}

export interface KeptDeadLetter {
  /** Base64 of the CloudEvent. */
  data: string;
  /** Absent where the messenger does not say it. */
  subscription?: string | undefined;
  reasonCode?: string | undefined;
  reasonMessage?: string | undefined;
  originalId?: string | undefined;
}

/** A messenger with its own deliveries, in real time. */
export interface DeliverySystem {
  messenger: Messenger;
  /** After so many attempts a message becomes a dead letter. */
  maxAttempts: number;
  /** Delivers to these receivers, by subscription, until the returned function has stopped it. */
  deliver(
    receivers: Readonly<Record<string, Push>>,
    options?: DeliveryOptions,
  ): Promise<() => Promise<void>>;
  /** What was given up so far. */
  deadLetters(): Promise<KeptDeadLetter[]>;
  close(): Promise<void>;
}

/** What a messenger does beyond its port, or what of it the test server does. */
export interface DeliveryCapabilities {
  /** The attempts of each subscription are counted by themselves. */
  countsApart: boolean;
  /** The messages of one run are handed over one after the other, in the order of publication. */
  ordered: boolean;
  /** A message that was refused to the last attempt is kept with who refused it, and why. */
  explained: boolean;
}
