import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { Command } from '../command-context.ts';
import { withSystem } from '../system/system-session.ts';

export interface PauseOptions {
  reason: string;
  json?: boolean;
}

/** `triad pause`: a pipeline starts by itself no more until it is resumed. */
export const pause: Command<[pipeline: string, options: PauseOptions]> = (
  context,
  name,
  { reason, json },
) =>
  withSystem(context, async ({ orchestrator }) => {
    const answer = await orchestrator.pause(name, { by: context.user, reason });
    const { out } = context.terminal;
    const by = answer.paused?.by ?? 'nobody';
    out.line(
      json
        ? JSON.stringify(answer, null, 2)
        : `Pipeline ${name} is paused by ${by}: it starts only when it is asked to.`,
    );
    return cliExitCode.ok;
  });

/** `triad resume`: it starts by itself again, from its next tick, event or change on. */
export const resume: Command<[pipeline: string, options: { json?: boolean }]> = (
  context,
  name,
  { json },
) =>
  withSystem(context, async ({ orchestrator }) => {
    const answer = await orchestrator.resume(name);
    const { out } = context.terminal;
    out.line(json ? JSON.stringify(answer, null, 2) : `Pipeline ${name} is not paused.`);
    return cliExitCode.ok;
  });
