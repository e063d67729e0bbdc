import { isDeepStrictEqual } from 'node:util';
import { type Manifest, manifestPath } from '@triad/shared/contracts/manifest.ts';
import { parseCommandId } from '@triad/shared/contracts/names.ts';
import type { Invariant } from './invariant.ts';

export const publishedOnce: Invariant = {
  name: 'each effect is published exactly once',
  on: ['published', 'run changed'],
  of() {
    const publications = new Map<string, string>();
    return (happening) => {
      if (happening.what === 'published') {
        const { runId, step, attempt, table } = happening.publication;
        const effect = `${runId}:${step}`;
        const id = `${effect}:${attempt}`;
        const earlier = publications.get(effect);
        if (earlier) return `${id} publishes ${table}, which ${earlier} has published`;
        publications.set(effect, id);
      }
      if (happening.what === 'run changed') {
        const { run, change } = happening;
        for (const { event } of change.events) {
          if (event.type !== 'step_succeeded' || event.result.tables.length === 0) continue;
          const effect = `${run.plan.runId}:${event.step}`;
          if (!publications.has(effect)) return `${effect} succeeded and published nothing`;
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
