import type { Pruned } from '@triad/shared/contracts/pruned.ts';
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
      out.line(`${dryRun ? 'Would remove' : 'Removed'} ${summary(pruned)}.`);
      if (dryRun) for (const runId of pruned.runs) out.line(`  ${runId}`);
    }
    return cliExitCode.ok;
  });
};

const summary = (pruned: Pruned): string =>
  [
    `${pruned.runs.length} runs`,
    `${pruned.ticks} ticks`,
    `${pruned.deadLetters} dead letters`,
    `${pruned.cacheEntries} cache entries`,
    `${pruned.events} events`,
    `${pruned.alarms} alarms`,
    `${pruned.auditEntries} audit entries`,
    `${pruned.tokens} tokens`,
  ].join(', ');
