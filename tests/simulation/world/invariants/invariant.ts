import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { AlarmStore } from '@triad/shared/state/alarm-store.ts';
import type { EventStore } from '@triad/shared/state/event-store.ts';
import type { SensorStore } from '@triad/shared/state/sensor-store.ts';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import type { TickLedger } from '@triad/shared/state/tick-ledger.ts';
import type { PoolSizes } from '../../../../orchestrator/run/pools.ts';
import type { Feed } from '../feed.ts';
import type { People } from '../people.ts';
import type { Happening, SeenRun } from '../witness.ts';

/** What invariants may look at beside what happens: the world as it is, not as a process sees it. */
export interface Surroundings {
  runs: ReadonlyMap<string, SeenRun>;
  artifacts: ArtifactStore;
  state: StateStore;
  ledger: TickLedger;
  alarms: AlarmStore;
  events: EventStore;
  sensors: SensorStore;
  /** What sensors look at. */
  feed: Feed;
  /** Who hears of alarms. */
  people: People;
  watchesAlarms: boolean;
  poolSizes: PoolSizes;
  maxActiveRuns: number;
  pipelines: readonly Pipeline[];
  /** Those, and what they are edited to. */
  definitions: readonly Pipeline[];
  /** What users decided of approvals: `runId/step/decision`. */
  decided: ReadonlySet<string>;
  /** When the world began and when its schedules were paused for good, in milliseconds since 1970. */
  from: number;
  until: number;
}

/** Says what is wrong when the happening breaks the rule. */
export type Check = (happening: Happening) => string | undefined | Promise<string | undefined>;

/** Something that must hold after each of the happenings that bear on it. */
export interface Invariant {
  name: string;
  on: readonly Happening['what'][];
  /** A check for one world. */
  of: (surroundings: Surroundings) => Check;
}
