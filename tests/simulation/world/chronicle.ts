import { createHash } from 'node:crypto';
import type { Happening } from './witness.ts';

/** What happened in a world, in its order: equal seeds must give equal texts. */
export class Chronicle {
  readonly lines: string[] = [];
  readonly #now: () => number;
  #last = { now: 0, text: '' };

  constructor(now: () => number) {
    this.#now = now;
  }

  note(text: string): void {
    const now = this.#now();
    // Many things happen at one instant.
    if (now !== this.#last.now) this.#last = { now, text: new Date(now).toISOString() };
    this.lines.push(`${this.#last.text} ${text}`);
  }

  tell(happening: Happening): void {
    this.note(textOf(happening));
  }

  hash(): string {
    return createHash('sha256').update(this.lines.join('\n')).digest('hex');
  }
}

/** What is told; the rest follows from it. */
export const toldOf = [
  'run created',
  'run changed',
  'sensor changed',
  'job started',
  'job ended',
  'published',
] as const;

function textOf(happening: Happening): string {
  switch (happening.what) {
    case 'run created': {
      const { plan, tick } = happening.run;
      const cause = tick ? ` for the tick of ${tick.occurrence.toISOString()}` : '';
      return `run ${plan.runId} of ${plan.pipeline.name} (${plan.trigger}) ${plan.runDate}${cause}`;
    }
    case 'run changed': {
      const { run, change } = happening;
      const events = change.events.map(({ event }) => {
        const step = 'step' in event ? ` ${event.step}` : '';
        const attempt = 'attempt' in event ? `/${event.attempt}` : '';
        const error = 'error' in event && event.error ? ` ${event.error.code}` : '';
        return `${event.type}${step}${attempt}${error}`;
      });
      return `run ${run.plan.runId} ${change.state}: ${events.join(', ') || 'waits'}`;
    }
    case 'sensor changed': {
      const { key, generation, swap } = happening;
      return `sensor ${key.pipeline}/${key.sensor} ${generation}: ${swap.value}`;
    }
    case 'job started':
      return `job ${happening.spec.id} starts`;
    case 'job ended':
      return `job ${happening.commandId} ${happening.end}`;
    case 'published':
      return `job ${happening.publication.runId}:${happening.publication.step}:${happening.publication.attempt} publishes ${happening.publication.table}`;
    case 'ticks changed':
    case 'time passed':
    case 'rest':
      return happening.what;
  }
}
