import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Watch } from '@triad/shared/contracts/sensor.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Observation, Probe } from '../../orchestrator/sensors/probe.ts';

/** Something to look at, with a probe that can. */
export interface ProbeWorld<W extends Watch> {
  probe: Probe<W>;
  watch: W;
  /** Makes what is there be this. */
  put(content: string): Promise<void>;
  remove(): Promise<void>;
  /** What cannot be seen. */
  unreadable: W;
}

/** What every `Probe` must do. */
export function probeConformance<W extends Watch>(
  name: string,
  open: () => Promise<ProbeWorld<W>>,
): void {
  describe(`probe: ${name}`, () => {
    let number = 0;
    const lookAt = (
      { probe }: ProbeWorld<W>,
      watch: W,
      signal = new AbortController().signal,
    ): Promise<Observation> => {
      number += 1;
      return probe.look(watch, { pipeline: 'p', sensor: 's', number, signal });
    };

    test('the same thing gives the same value, a changed one another', async () => {
      const world = await open();
      await world.put('one');
      const first = await lookAt(world, world.watch);
      assert.notEqual(first.value, null);
      assert.notEqual(first.summary, '');
      assert.equal((await lookAt(world, world.watch)).value, first.value);
      await world.put('another');
      assert.notEqual((await lookAt(world, world.watch)).value, first.value);
    });

    test('nothing there is no failure and no value', async () => {
      const world = await open();
      await world.put('one');
      await world.remove();
      assert.equal((await lookAt(world, world.watch)).value, null);
    });

    test('what cannot be seen is a coded error', async () => {
      const world = await open();
      await assert.rejects(lookAt(world, world.unreadable), (error) => {
        assert.ok(error instanceof TriadError, String(error));
        assert.notEqual(error.code, 'INTERNAL');
        return true;
      });
    });

    test('a look that nobody waits for ends', async () => {
      const world = await open();
      await world.put('one');
      const look = lookAt(world, world.watch, AbortSignal.abort());
      await look.then(
        () => {},
        (error) => assert.ok(error instanceof TriadError),
      );
    });
  });
}
