import { setTimeout as pause } from 'node:timers/promises';
import type { RunSummary, RunView } from '@triad/shared/contracts/run-view.ts';
import type { Api } from './api.ts';

export interface Deed {
  runId: string;
  deed: 'cancel' | 'retry';
  /** Whether it is known to have been done; otherwise it may have been, at any later time. */
  isSure: boolean;
}

/** Those who ask for runs, and change their minds. Keeps what they were promised. */
export class Users {
  /** The runs that were asked for. */
  readonly asked: string[] = [];
  /** The runs that repeat others, with those that they repeat. */
  readonly reruns: { runId: string; of: string }[] = [];
  /** In the order of time. */
  readonly deeds: Deed[] = [];
  readonly #api: Api;
  readonly #random: () => number;

  constructor(api: Api, random: () => number) {
    this.#api = api;
    this.#random = random;
  }

  /** Each has a run date of its own. One in ten publishes, and one fails. */
  async askForRuns(count: number): Promise<void> {
    for (let index = 0; index < count && !this.#api.isTimeUp; index += 1) {
      const pipeline = index % 10 === 0 ? 'ledger' : index % 10 === 5 ? 'doomed' : 'chain';
      const runDate = new Date(Date.UTC(2020, 0, 1 + index)).toISOString().slice(0, 10);
      const key = `chaos-${index}`;
      const { body } = await this.#api.ask('/v1/runs', { body: { pipeline, runDate }, key });
      this.asked.push((body as RunView).runId);
      if (this.#random() < 0.2) await pause(500 * this.#random());
    }
  }

  /** Changes something about a run at random, until `signal` aborts. */
  async meddle(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(500 + 1500 * this.#random(), undefined, { signal }).catch(() => {});
      const runs = await this.#api.runs();
      const run = runs[Math.floor(runs.length * this.#random())];
      if (run && !signal.aborted) await this.#change(run);
    }
  }

  async #change({ runId, pipeline, state }: RunSummary): Promise<void> {
    const dice = this.#random();
    if (state === 'queued' || state === 'running') {
      // Whether a failure that somebody cancels is still one is a matter of milliseconds.
      if (pipeline !== 'doomed') await this.#do(runId, 'cancel');
    } else if (state === 'failed' && dice < 0.5) {
      await this.#rerun(runId, { broken: false });
    } else if (state === 'failed' || state === 'cancelled') {
      await this.#do(runId, 'retry');
    } else if (state === 'succeeded' && dice < 0.2) {
      await this.#rerun(runId, {});
    }
  }

  async #do(runId: string, deed: Deed['deed']): Promise<void> {
    const { status, wasLost } = await this.#api.ask(`/v1/runs/${runId}:${deed}`, { body: {} });
    const isDone = status === 202;
    if (isDone || wasLost) this.deeds.push({ runId, deed, isSure: isDone && !wasLost });
  }

  async #rerun(of: string, params: object): Promise<void> {
    const key = `rerun-${this.reruns.length}`;
    const { body } = await this.#api.ask(`/v1/runs/${of}:rerun`, { body: { params }, key });
    this.reruns.push({ runId: (body as RunView).runId, of });
  }
}
