import type { AlarmKind } from '../contracts/alarm-view.ts';

/** Keeps the notices of alarms that match from people. */
export interface Silence {
  id: string;
  /** Null for every pipeline. */
  pipeline: string | null;
  /** Null for every kind. */
  kind: AlarmKind | null;
  until: Date;
  by: string;
  reason: string;
  createdAt: Date;
  /** When somebody ended it early. */
  endedAt: Date | null;
}

/** The memory of silences. Every method is one transaction. */
export interface SilenceStore {
  addSilence(silence: Silence): Promise<void>;
  /** In force at `now`, oldest first. */
  activeSilences(now: Date): Promise<Silence[]>;
  /** Newest first. */
  listSilences(limit: number): Promise<Silence[]>;
  getSilence(id: string): Promise<Silence | undefined>;
  /** Harmless when it has ended already. */
  endSilence(id: string, at: Date): Promise<void>;
}
