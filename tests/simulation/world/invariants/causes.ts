import { userEvent } from '../scenario.ts';
import type { Invariant } from './invariant.ts';

/** What starts runs for a cause; people may start as many as they like. */
const caused = new Set(['schedule', 'backfill', 'event', 'pipeline', 'sensor']);

export const oneRunPerCause: Invariant = {
  name: 'each event, success and date of a backfill has one run',
  on: ['run created', 'rest'],
  of({ runs, events, pipelines }) {
    const known = new Set<string>();
    return (happening) => {
      if (happening.what === 'run created') {
        const { runId, cause, trigger } = happening.run.plan;
        if (cause === null) {
          return caused.has(trigger) ? `run ${runId} (${trigger}) has no cause` : undefined;
        }
        if (known.has(cause)) return `run ${runId} is the second for ${cause}`;
        known.add(cause);
      }
      return happening.what === 'rest' ? eachIsAnswered() : undefined;
    };

    async function eachIsAnswered(): Promise<string | undefined> {
      const sent = await events.list({ type: userEvent, limit: 10_000 });
      const routed = sent.filter(({ processedAt }) => processedAt !== null).length;
      for (const { name } of pipelines) {
        const started = [...runs.values()].filter(
          ({ plan }) => plan.pipeline.name === name && plan.trigger === 'event',
        ).length;
        if (started < routed || started > sent.length) {
          return `${started} runs of ${name} were started by ${routed} of ${sent.length} events`;
        }
      }
      return undefined;
    }
  },
};
