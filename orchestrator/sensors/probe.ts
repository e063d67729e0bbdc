import type { Watch } from '@triad/shared/contracts/sensor.ts';
import type { SensorKey, SensorValue } from '@triad/shared/state/sensor-store.ts';

/** What a probe saw. */
export interface Observation {
  /** Null when there is nothing there, as of a directory without files. */
  value: SensorValue;
  /** The value in words, for people. */
  summary: string;
}

/** Which look of which sensor this is. */
export interface Look extends SensorKey {
  /** From 1; no two looks of a sensor have the same. */
  number: number;
  /** Aborts when nobody waits for the answer any more. */
  signal: AbortSignal;
}

/**
 * Looks at one kind of thing. The same thing gives the same value, a changed one another value.
 * What cannot be seen is a coded error: `SENSOR_UNREADABLE`, `SENSOR_VALUE_MISSING`, or that of the
 * job which looked.
 */
export interface Probe<W extends Watch> {
  look(watch: W, look: Look): Promise<Observation>;
}

/** A probe for each kind of thing to watch. */
export type Probes = { [K in Watch['kind']]: Probe<Extract<Watch, { kind: K }>> };

/** Lets the probe of the watch's kind look. */
export function lookWith(probes: Probes, watch: Watch, look: Look): Promise<Observation> {
  switch (watch.kind) {
    case 'files':
      return probes.files.look(watch, look);
    case 'http':
      return probes.http.look(watch, look);
    case 'sql':
      return probes.sql.look(watch, look);
  }
}
