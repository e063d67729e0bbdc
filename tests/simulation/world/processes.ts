import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { Dice } from './dice.ts';
import type { EventQueue } from './event-queue.ts';
import type { Feed } from './feed.ts';
import type { Life } from './life.ts';
import type { Network } from './network.ts';
import type { People } from './people.ts';
import type { Scenario } from './scenario.ts';
import type { SimulatedJobs } from './simulated-jobs.ts';
import type { Stores } from './stores.ts';
import type { Witness } from './witness.ts';

/** What a process of the world is started with. */
export interface ProcessOptions {
  life: Life;
  scenario: Scenario;
  /** As they are when the process starts. */
  pipelines: readonly Pipeline[];
  stores: Stores;
  artifacts: ArtifactStore;
  jobs: SimulatedJobs;
  /** Whether nobody can read which ticks are due. */
  isLedgerDown: () => boolean;
  network: Network;
  feed: Feed;
  queue: EventQueue;
  witness: Witness;
  /** Chance inside of the process: jitter, ids. */
  dice: Dice;
  log: Logger;
  peers: Peers;
  people: People;
}

/** Who listens at an address now; `undefined` when nobody does. */
export interface Peers {
  orchestrator: () => OrchestratorProcess | undefined;
  invoker: () => InvokerProcess | undefined;
}

export interface OrchestratorProcess {
  life: Life;
  /** As a request of the API, its input checked by the route's schemas. */
  ask(path: string, request: { params?: object; body?: unknown; key?: string }): Promise<unknown>;
  receive(body: unknown): Promise<void>;
  publish(topic: string, data: string): Promise<void>;
}

export interface InvokerProcess {
  life: Life;
  receive(body: unknown): Promise<void>;
}
