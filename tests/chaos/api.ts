import { setTimeout as pause } from 'node:timers/promises';
import type { AlarmDetails, AlarmView } from '@triad/shared/contracts/alarm-view.ts';
import type { RunSummary, RunView } from '@triad/shared/contracts/run-view.ts';

const ANSWER_MS = 5000;
const PAUSE_MS = 100;
/** When time is up there is yet time to see how things stand. */
const GRACE_MS = 60_000;

export interface Answer {
  status: number;
  body: unknown;
  /** Whether an answer to an earlier try was lost: the request may have been done then. */
  wasLost: boolean;
}

/** Asks the orchestrators as patient users do: again, until one answers or time is up. */
export class Api {
  /** Where to ask; a new one each time, as services come and go. */
  readonly #url: () => string;
  /** When time is up, in the milliseconds of `performance.now()`. */
  readonly #deadline: number;

  constructor(url: () => string, deadline: number) {
    this.#url = url;
    this.#deadline = deadline;
  }

  get isTimeUp(): boolean {
    return performance.now() > this.#deadline;
  }

  /** @param key makes a request that may be done only once safe to repeat */
  async ask(path: string, post?: { body: object; key?: string }): Promise<Answer> {
    for (let wasLost = false; ; ) {
      try {
        const answer = await fetch(`${this.#url()}${path}`, {
          signal: AbortSignal.timeout(ANSWER_MS),
          ...(post && {
            method: 'POST',
            headers: {
              'content-type': 'application/json',
              ...(post.key && { 'idempotency-key': post.key }),
            },
            body: JSON.stringify(post.body),
          }),
        });
        const body: unknown = await answer.json();
        if (answer.status < 500) return { status: answer.status, body, wasLost };
        wasLost = true;
      } catch {
        wasLost = true;
      }
      if (performance.now() > this.#deadline + GRACE_MS) throw new Error(`no answer: ${path}`);
      await pause(PAUSE_MS);
    }
  }

  async run(runId: string): Promise<RunView> {
    return (await this.ask(`/v1/runs/${runId}`)).body as RunView;
  }

  /** Newest first. */
  runs(): Promise<RunSummary[]> {
    return this.#all('/v1/runs', 'runs', ({ runId }: RunSummary) => runId);
  }

  async alarms(): Promise<AlarmDetails[]> {
    const found = await this.#all('/v1/alarms', 'alarms', ({ id }: AlarmView) => id);
    const details = found.map(({ id }) => this.ask(`/v1/alarms/${id}`));
    return (await Promise.all(details)).map(({ body }) => body as AlarmDetails);
  }

  async deadLetters(): Promise<number> {
    const { body } = await this.ask('/v1/dead-letters');
    return (body as { deadLetters: unknown[] }).deadLetters.length;
  }

  /** Waits, or gives up when time is up. */
  async until(holds: () => Promise<boolean>): Promise<void> {
    while (!this.isTimeUp && !(await holds())) await pause(500);
  }

  async #all<Item>(path: string, field: string, idOf: (item: Item) => string): Promise<Item[]> {
    const all: Item[] = [];
    for (let before = ''; ; ) {
      const { body } = await this.ask(`${path}?limit=500${before}`);
      const page = (body as Record<string, Item[]>)[field] ?? [];
      all.push(...page);
      const last = page.at(-1);
      if (page.length < 500 || !last) return all;
      before = `&before=${idOf(last)}`;
    }
  }
}
