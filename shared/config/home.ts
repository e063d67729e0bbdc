import { join } from 'node:path';

/** Where each thing lives under `TRIAD_HOME`. */
export const homeLayout = (home: string) => ({
  /** Runs, ticks, outbox, deliveries: opened by the orchestrator alone. */
  state: join(home, 'state.db'),
  /** Copies of the state file. */
  backups: join(home, 'backups'),
  /** Held by the orchestrator while it lives, so that one home has one system. */
  lock: join(home, 'home.lock'),
  /** Opened by one sql-runner job at a time. */
  warehouse: join(home, 'warehouse.duckdb'),
  artifacts: join(home, 'artifacts'),
  /** One folder per job: its state and its log. */
  jobs: join(home, 'jobs'),
  /** Local copies of what lies elsewhere; they can be removed at any time. */
  copies: join(home, 'copies'),
  /** Service logs. */
  logs: join(home, 'logs'),
  /** URLs and process ids of the running system. */
  system: join(home, 'system.json'),
});
