import { sleep } from '@triad/shared/clock/clock.ts';
import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { CommandContext } from './command-context.ts';
import { onInterrupt } from './interrupts.ts';
import { openProgress } from './render/run-progress.ts';
import type { SystemSession } from './system/system-session.ts';

const POLL_MS = 100;

/**
 * Shows how a run goes on until it has ended, also while the system is restarted. The first
 * Ctrl-C cancels the run and waits for its jobs to stop; the second ends the command at once.
 */
export async function watchRun(
  { terminal, clock }: CommandContext,
  session: SystemSession,
  started: RunView,
): Promise<RunView> {
  const progress = await openProgress(terminal.err, clock);
  let isUnwanted = false;
  const release = onInterrupt(clock, () => {
    isUnwanted = true;
    progress.note('Cancelling the run. Ctrl-C again leaves at once.');
  });
  try {
    let run = started;
    for (;;) {
      progress.show(run);
      if (run.finishedAt !== null) return run;
      await sleep(clock, session.pauseMs(POLL_MS));
      const isToCancel = isUnwanted && run.state === 'running';
      run = await session.persist((system) => nextView(system, run.runId, isToCancel));
    }
  } finally {
    progress.close();
    release();
  }
}

async function nextView({ orchestrator }: SystemSession, runId: string, isToCancel: boolean) {
  if (!isToCancel) return orchestrator.getRun(runId);
  try {
    return await orchestrator.cancelRun(runId);
  } catch (error) {
    // It ended before it could be cancelled.
    if (error instanceof TriadError && error.code === 'RUN_NOT_ACTIVE') {
      return orchestrator.getRun(runId);
    }
    throw error;
  }
}

/** Lets a temporary system go on until no run of another command needs it. */
export async function awaitOtherRuns(
  { terminal, clock }: CommandContext,
  session: SystemSession,
): Promise<void> {
  if (!session.isTemporary) return;
  let isSaid = false;
  while (await session.persist(hasActiveRun)) {
    if (!isSaid) terminal.err.line('Waiting for another run on this home; Ctrl-C leaves it.');
    isSaid = true;
    await sleep(clock, POLL_MS);
  }
}

async function hasActiveRun({ orchestrator }: SystemSession): Promise<boolean> {
  for (const state of ['running', 'cancelling'] as const) {
    for await (const _run of orchestrator.runs({ state })) return true;
  }
  return false;
}
