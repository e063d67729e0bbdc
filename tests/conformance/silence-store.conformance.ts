import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Silence, SilenceStore } from '@triad/shared/state/silence-store.ts';

const at = (minute: number) => new Date(Date.UTC(2024, 1, 1, 7, minute));

/** @param open an empty store */
export function silenceStoreConformance(name: string, open: () => Promise<SilenceStore>): void {
  describe(`silence store: ${name}`, () => {
    const silenceOf = (id: string, more: Partial<Silence> = {}): Silence => ({
      id,
      pipeline: 'test',
      kind: null,
      until: at(10),
      by: 'ada',
      reason: 'moving house',
      createdAt: at(0),
      endedAt: null,
      ...more,
    });

    test('a silence is in force until its instant, or until somebody ends it', async () => {
      const store = await open();
      const silences = [silenceOf('s1'), silenceOf('s2', { pipeline: null, kind: 'run_late' })];
      for (const silence of silences) await store.addSilence(silence);
      assert.deepEqual(await store.activeSilences(at(9)), silences);
      assert.deepEqual(await store.activeSilences(at(10)), []);
      await store.endSilence('s1', at(3));
      await store.endSilence('s1', at(4));
      assert.deepEqual(await store.getSilence('s1'), silenceOf('s1', { endedAt: at(3) }));
      assert.deepEqual(await store.activeSilences(at(5)), [silences[1]]);
      assert.deepEqual(
        (await store.listSilences(1)).map(({ id }) => id),
        ['s2'],
      );
      assert.equal(await store.getSilence('none'), undefined);
    });
  });
}
