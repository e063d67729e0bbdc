import type { RunState } from '@triad/shared/contracts/run-view.ts';
import type { PipelineSchedule } from '@triad/shared/contracts/schedule.ts';

/** What a tick does about the unfinished runs of earlier ticks. */
export type OverlapDecision = { do: 'fire'; cancel: string[] } | { do: 'skip'; reason: string };

/**
 * @param earlier unfinished runs of earlier ticks, oldest first. A tick that fires beside them
 * makes a run that admission lets wait, unless the schedule allows overlap.
 */
export function decideOverlap(
  overlap: PipelineSchedule['overlap'],
  earlier: { runId: string; state: RunState }[],
): OverlapDecision {
  const [active] = earlier;
  const waiting = earlier.find(({ state }) => state === 'queued');
  if (overlap === 'skip' && active) {
    return { do: 'skip', reason: `overlap: run ${active.runId} has not finished` };
  }
  if (overlap === 'queue_one' && waiting) {
    return { do: 'skip', reason: `overlap: run ${waiting.runId} is waiting already` };
  }
  const cancel = overlap === 'cancel_other' ? earlier : [];
  return { do: 'fire', cancel: cancel.map(({ runId }) => runId) };
}
