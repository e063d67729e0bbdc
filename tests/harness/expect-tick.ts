import type { ExpectedTick, TickLedger } from '@triad/shared/state/tick-ledger.ts';

/** Writes one expected tick into the ledger; it covers the hour before it and has no jitter. */
export async function expectTick(
  ledger: TickLedger,
  tick: Pick<ExpectedTick, 'pipeline' | 'occurrence' | 'runDate'>,
): Promise<ExpectedTick> {
  const { pipeline, occurrence } = tick;
  const [seen = null] = await ledger.planned(pipeline);
  const intervalStart = new Date(occurrence.getTime() - 3_600_000);
  const expected = { ...tick, intervalStart, dueAt: occurrence };
  await ledger.plan({
    seen,
    next: { pipeline, fingerprint: 'test', through: occurrence },
    withdrawn: [],
    dropped: { occurrences: [], reason: '' },
    expected: [expected],
  });
  return expected;
}
