import type { CursorSwap } from '@triad/shared/state/sensor-store.ts';
import type { Invariant } from './invariant.ts';

export const seenOnce: Invariant = {
  name: 'each change that a sensor sees is taken once and starts one run',
  on: ['sensor changed', 'run created', 'rest'],
  of({ runs, sensors, ledger, feed }) {
    const last = new Map<string, { generation: number; swap: CursorSwap }>();
    /** By their cause: what started, and what must have. */
    const started = new Map<string, unknown>();
    const expected = new Map<string, unknown>();
    return (happening) => {
      if (happening.what === 'run created') {
        const { cause, trigger, params } = happening.run.plan;
        if (trigger !== 'sensor' || cause === null) return undefined;
        started.set(cause, params.seen);
        return expected.has(cause) ? undefined : `a run started for ${cause}, which nobody saw`;
      }
      if (happening.what === 'sensor changed') {
        const { key, generation, swap } = happening;
        const name = `${key.pipeline}/${key.sensor}`;
        const before = last.get(name);
        last.set(name, { generation, swap });
        const cause = `sensor/${name}/${generation}`;
        if (swap.pending) expected.set(cause, swap.value);
        if (generation !== (before?.generation ?? 0) + 1) return `${cause} came twice`;
        if (before?.swap.value === swap.value) return `${cause} is no change: ${swap.value}`;
        const earlier = `sensor/${name}/${generation - 1}`;
        const isLost = before?.swap.pending === true && !started.has(earlier);
        return isLost ? `${earlier} has no run, and ${cause} takes its place` : undefined;
      }
      return happening.what === 'rest' ? allIsSeen() : undefined;
    };

    async function allIsSeen(): Promise<string | undefined> {
      const paused = new Set((await ledger.pauses()).map(({ pipeline }) => pipeline));
      for (const { pipeline, sensor, value, pending, generation } of await sensors.list()) {
        // A paused one looks when it is resumed.
        if (paused.has(pipeline)) continue;
        const cause = `sensor/${pipeline}/${sensor}/${generation}`;
        if (pending) return `${cause} has yet to start its run`;
        if (feed.value !== null && value !== feed.value)
          return `${cause} is ${value}, not ${feed.value}`;
      }
      for (const [cause, seen] of started) {
        if (seen !== expected.get(cause)) return `the run of ${cause} was given ${seen}`;
      }
      const ofSensors = [...runs.values()].filter(({ plan }) => plan.trigger === 'sensor');
      return ofSensors.length === started.size ? undefined : 'a change has more than one run';
    }
  },
};
