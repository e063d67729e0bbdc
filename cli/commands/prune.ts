import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Command } from '../command-context.ts';
import { withSystem } from '../system/system-session.ts';

export interface PruneOptions {
  /** In days; by default what TRIAD_RETENTION_DAYS says. */
  olderThan?: number;
  dryRun?: boolean;
  json?: boolean;
}

/** `triad prune`: removes finished runs, their artifacts, and what else is old. */
export const prune: Command<[options: PruneOptions]> = (context, { olderThan, dryRun, json }) => {
  const days = olderThan ?? context.config.retentionDays;
  if (days === undefined) {
    const reason = 'Say how old what goes must be: --older-than 30d, or TRIAD_RETENTION_DAYS.';
    throw new TriadError('USAGE', { reason });
  }
  return withSystem(context, async ({ orchestrator }) => {
    const pruned = await orchestrator.prune(days, dryRun === true);
    const { out } = context.terminal;
    if (json) out.line(JSON.stringify({ dryRun: dryRun === true, ...pruned }, null, 2));
    else {
      const { runs, ticks, deadLetters, cacheEntries, events, alarms } = pruned;
      const verb = dryRun ? 'Would remove' : 'Removed';
      out.line(
        `${verb} ${runs.length} runs, ${ticks} ticks, ${deadLetters} dead letters, ${cacheEntries} cache entries, ${events} events, ${alarms} alarms.`,
      );
      if (dryRun) for (const runId of runs) out.line(`  ${runId}`);
    }
    return cliExitCode.ok;
  });
};
