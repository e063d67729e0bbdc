import { isDeepStrictEqual } from 'node:util';
import { type Manifest, manifestPath } from '@triad/shared/contracts/manifest.ts';
import { parseCommandId } from '@triad/shared/contracts/names.ts';
import type { Invariant } from './invariant.ts';

/**
 * An effect is what a step of a run makes of its inputs. A person who retries a run can change the
 * inputs of a step that went on without a failed one before; else there is one effect for each step.
 */
export const publishedOnce: Invariant = {
  name: 'each effect is published exactly once',
  on: ['published', 'run changed'],
  of() {
    /** Who published, by effect, and by the round between two retries of its run. */
    const publications = new Map<string, string>();
    const publishers = new Set<string>();
    const retries = new Map<string, number>();
    const roundOf = new Map<string, number>();
    return (happening) => {
      if (happening.what === 'published') {
        const { runId, step, attempt, table, fingerprint } = happening.publication;
        const id = `${runId}:${step}:${attempt}`;
        for (const effect of [fingerprint, `round ${roundOf.get(id)}`]) {
          const key = `${runId}:${step}, ${effect}`;
          const earlier = publications.get(key);
          if (earlier) return `${id} publishes ${table}, which ${earlier} has published`;
          publications.set(key, id);
        }
        publishers.add(`${runId}:${step}`);
      }
      if (happening.what === 'run changed') {
        const { run, change } = happening;
        const { runId } = run.plan;
        for (const { event } of change.events) {
          const round = retries.get(runId) ?? 0;
          if (event.type === 'retry_requested') retries.set(runId, round + 1);
          if (event.type === 'step_dispatched') {
            roundOf.set(`${runId}:${event.step}:${event.attempt}`, round);
          }
          if (event.type !== 'step_succeeded' || event.result.tables.length === 0) continue;
          const step = `${runId}:${event.step}`;
          if (!publishers.has(step)) return `${step} succeeded and published nothing`;
        }
      }
      return undefined;
    };
  },
};

export const fenced: Invariant = {
  name: 'no older attempt replaces what a newer one published',
  on: ['published'],
  of() {
    return (happening) => {
      if (happening.what !== 'published' || !happening.standing) return undefined;
      const { publication, standing } = happening;
      const isOlder =
        publication.runId < standing.runId ||
        (publication.runId === standing.runId &&
          publication.step === standing.step &&
          publication.attempt < standing.attempt);
      return isOlder
        ? `${publication.runId}:${publication.step}:${publication.attempt} replaces ${standing.runId}:${standing.step}:${standing.attempt} in ${publication.table}`
        : undefined;
    };
  },
};

export const verified: Invariant = {
  name: 'no step is green without its manifest and outputs',
  on: ['run changed'],
  of({ artifacts }) {
    return async (happening) => {
      if (happening.what !== 'run changed') return undefined;
      const { run, change } = happening;
      for (const { event } of change.events) {
        if (event.type !== 'step_succeeded' && event.type !== 'step_reused') continue;
        const key =
          event.type === 'step_succeeded' ? { ...event, runId: run.plan.runId } : event.from;
        const step = `${run.plan.runId}:${event.step}`;
        const stored = await artifacts.get(manifestPath(key));
        if (!stored) return `${step} is green without a manifest`;
        const manifest = JSON.parse(stored.body.toString()) as Manifest;
        if (parseCommandId(manifest.commandId).step !== key.step) return `${step}: other manifest`;
        if (!isDeepStrictEqual(manifest.outputs, event.result.outputs)) {
          return `${step} is green with other outputs than its manifest names`;
        }
        for (const { path, sha256, bytes } of manifest.outputs) {
          const found = await artifacts.digest(path);
          if (found?.sha256 !== sha256 || found.bytes !== bytes) {
            return `${step} is green, but ${path} is not what its manifest says`;
          }
        }
      }
      return undefined;
    };
  },
};
