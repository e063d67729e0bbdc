import type { TickLedger } from '@triad/shared/state/tick-ledger.ts';

/** The pipelines that start by themselves no more, neither by schedule nor by event or sensor. */
export async function pausedPipelines(
  ledger: Pick<TickLedger, 'pauses'>,
): Promise<ReadonlySet<string>> {
  return new Set((await ledger.pauses()).map(({ pipeline }) => pipeline));
}
