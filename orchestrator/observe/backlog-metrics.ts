import type { Clock } from '@triad/shared/clock/clock.ts';
import type { BacklogReader } from '@triad/shared/state/backlog.ts';
import { Gauge, type Registry } from 'prom-client';

/** What waits, counted when it is asked for. */
export class BacklogMetrics {
  readonly #reader: BacklogReader;
  readonly #clock: Clock;
  readonly #runs: Gauge<'pipeline' | 'state'>;
  readonly #outbox: Gauge;
  readonly #deliveries: Gauge;
  readonly #deadLetters: Gauge;
  readonly #tickLag: Gauge;

  constructor(registry: Registry, reader: BacklogReader, clock: Clock) {
    this.#reader = reader;
    this.#clock = clock;
    const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
    this.#runs = new Gauge({
      name: 'triad_runs',
      help: 'Runs that have not finished.',
      labelNames: ['pipeline', 'state'],
      registers: [registry],
    });
    this.#outbox = gauge('triad_outbox_messages', 'Messages that the messenger does not have yet.');
    this.#deliveries = gauge('triad_deliveries_waiting', 'Messages on their way to a receiver.');
    this.#deadLetters = gauge('triad_dead_letters', 'Messages that were given up.');
    this.#tickLag = gauge(
      'triad_tick_lag_seconds',
      'How long the oldest tick that has not fired has been due; 0 when none is.',
    );
  }

  /** To be called before the registry is read. */
  async refresh(): Promise<void> {
    const now = this.#clock.now();
    const { runs, outbox, deliveries, deadLetters, oldestDueTick } =
      await this.#reader.backlog(now);
    this.#runs.reset();
    for (const { pipeline, state, count } of runs) this.#runs.set({ pipeline, state }, count);
    this.#outbox.set(outbox);
    this.#deliveries.set(deliveries);
    this.#deadLetters.set(deadLetters);
    this.#tickLag.set(oldestDueTick ? (now.getTime() - oldestDueTick.getTime()) / 1000 : 0);
  }
}
