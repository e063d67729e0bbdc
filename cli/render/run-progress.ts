import type { Clock } from '@triad/shared/clock/clock.ts';
import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { plainProgress } from './plain-progress.ts';
import type { TextOutput } from './terminal.ts';

/** Shows how a run goes on, from one view of it to the next. */
export interface RunProgress {
  show(run: RunView): void;
  /** A line that stays. */
  note(text: string): void;
  /** Ends it; a successful run leaves nothing behind on a terminal, where its report follows. */
  close(): void;
}

/** Redrawn in place on a terminal, a line per change elsewhere. */
export async function openProgress(output: TextOutput, clock: Clock): Promise<RunProgress> {
  if (!output.isTerminal) return plainProgress(output, clock);
  const { liveProgress } = await import('./live-progress.ts');
  return liveProgress(output, clock);
}
