import type { CloudEvent } from '../contracts/cloud-event.ts';
import type { EventEffect } from '../contracts/event-view.ts';

/** An event that was received, and what became of it. */
export interface StoredEvent {
  /** Sorts by the time of arrival. */
  eventId: string;
  event: CloudEvent;
  receivedAt: Date;
  /** How often processing was put off. */
  attempts: number;
  /** Null until everything that the event starts was started. */
  processedAt: Date | null;
  effects: EventEffect[];
}

export interface EventFilter {
  type?: string;
  source?: string;
  /** Only events received before this one. */
  before?: string;
  limit: number;
}

export type NewEvent = Pick<StoredEvent, 'eventId' | 'event' | 'receivedAt'>;

/** The events that start pipelines. Every method is one transaction. */
export interface EventStore {
  /** Stores an event once by its source and id. @returns what is stored, and whether it is new */
  add(event: NewEvent): Promise<{ stored: StoredEvent; isNew: boolean }>;
  get(eventId: string): Promise<StoredEvent | undefined>;
  /** Newest first. */
  list(filter: EventFilter): Promise<StoredEvent[]>;

  /** Events that wait to be processed and are due by `now`, oldest first. */
  unprocessed(now: Date, limit: number): Promise<StoredEvent[]>;
  /** The first to mark an event decides what its effects were. */
  markProcessed(eventId: string, effects: EventEffect[], at: Date): Promise<void>;
  /** Puts off an event that could not be processed. */
  defer(eventId: string, dueAt: Date): Promise<void>;

  /**
   * Runs that succeeded and were not announced, in the order in which they finished. Those that
   * look at a sensor's value are nobody's news.
   * @param since leaves out runs that finished before it
   */
  unannounced(since: Date | null, limit: number): Promise<string[]>;
  /** Stores the event of a run's success, the first time only. */
  announce(runId: string, event: NewEvent): Promise<void>;
  /** The run that a cause has made. */
  runOfCause(cause: string): Promise<string | undefined>;
}
