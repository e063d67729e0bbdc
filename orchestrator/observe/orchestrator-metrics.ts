import type { Clock } from '@triad/shared/clock/clock.ts';
import { HttpMetrics } from '@triad/shared/http/http-metrics.ts';
import type { BacklogReader } from '@triad/shared/state/backlog.ts';
import { Histogram, Registry } from 'prom-client';
import { BacklogMetrics } from './backlog-metrics.ts';
import { RunMetrics } from './run-metrics.ts';

/** All metrics of one orchestrator, in a registry of its own. */
export class OrchestratorMetrics {
  readonly runs: RunMetrics;
  readonly http: HttpMetrics;
  readonly contentType: string;
  readonly #metrics = new Registry();
  readonly #backlog: BacklogMetrics;
  readonly #reconcileSeconds: Histogram;

  constructor(backlog: BacklogReader, clock: Clock) {
    this.contentType = this.#metrics.contentType;
    this.runs = new RunMetrics(this.#metrics);
    this.http = new HttpMetrics(this.#metrics, clock);
    this.#backlog = new BacklogMetrics(this.#metrics, backlog, clock);
    this.#reconcileSeconds = new Histogram({
      name: 'triad_reconcile_seconds',
      help: 'How long a round of reconciliation took.',
      buckets: [0.005, 0.05, 0.1, 0.5, 1, 5, 30, 120],
      registers: [this.#metrics],
    });
  }

  reconciled(beganAt: Date, endedAt: Date): void {
    this.#reconcileSeconds.observe((endedAt.getTime() - beganAt.getTime()) / 1000);
  }

  /** In Prometheus' text format. */
  async text(): Promise<string> {
    await this.#backlog.refresh();
    return this.#metrics.metrics();
  }
}
