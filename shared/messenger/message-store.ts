/** A message on its way to one subscription. */
export interface Delivery {
  /** Unique per message and subscription. */
  id: string;
  messageId: string;
  topic: string;
  subscription: string;
  /** Base64 of the CloudEvent. */
  data: string;
  attributes: Record<string, string>;
  /** Attempts made so far. */
  attempts: number;
  publishedAt: Date;
}

/** A message that one subscription gave up, kept until a person replays it. */
export interface DeadLetter {
  /** Its own, not the message's: two subscriptions may give up the same message. */
  id: string;
  topic: string;
  subscription: string;
  data: string;
  attributes: Record<string, string>;
  attempts: number;
  reasonCode: string;
  reasonMessage: string;
  at: Date;
}

export interface AddOptions {
  /** The caller has taken them then, until they are due, as by `takeDue`. @default nobody has */
  takenAt?: Date | undefined;
  /** Need not outlast a power cut, because their sender still has them. @default false */
  soon?: boolean;
}

/** Where the embedded messenger keeps its messages. Every method is one transaction. */
export interface MessageStore {
  addDeliveries(deliveries: Delivery[], dueAt: Date, how?: AddOptions): Promise<void>;
  /**
   * The first that are due at `now`, in the order of their publication. They are due again at `until`: until then nobody else gets them, and
   * if the caller dies somebody else does.
   */
  takeDue(now: Date, until: Date, limit: number): Promise<Delivery[]>;
  /** When the first delivery after `now` is due; `undefined` when none waits. */
  nextDue(now: Date): Promise<Date | undefined>;
  acknowledge(deliveryId: string): Promise<void>;
  /** Records a failed attempt and when to try again. */
  reschedule(deliveryId: string, attempts: number, dueAt: Date): Promise<void>;
  /** Moves a delivery to the dead letters. */
  bury(deliveryId: string, letter: DeadLetter): Promise<void>;
  /** Harmless when it is kept already: it may have come twice. */
  addDeadLetter(letter: DeadLetter): Promise<void>;
  /** Newest first; with `before`, only those older than that one. */
  deadLetters(limit: number, before?: string): Promise<DeadLetter[]>;
  /** Turns a dead letter into deliveries, if any, that are due at once; `false` when there is none. */
  replay(letterId: string, deliveries: Delivery[], dueAt: Date): Promise<boolean>;
  getDeadLetter(letterId: string): Promise<DeadLetter | undefined>;
}
