import { userInfo } from 'node:os';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { Command } from '../command-context.ts';
import { withSystem } from '../system/system-session.ts';

export interface PauseOptions {
  reason: string;
  json?: boolean;
}

/** `triad pause`: the schedule of a pipeline fires no more until it is resumed. */
export const pause: Command<[pipeline: string, options: PauseOptions]> = (
  context,
  name,
  { reason, json },
) =>
  withSystem(context, async ({ orchestrator }) => {
    const answer = await orchestrator.pause(name, { by: userInfo().username, reason });
    const { out } = context.terminal;
    const by = answer.paused?.by ?? 'nobody';
    out.line(
      json ? JSON.stringify(answer, null, 2) : `The schedule of ${name} is paused by ${by}.`,
    );
    return cliExitCode.ok;
  });

/** `triad resume`: the schedule fires again, from its next tick on. */
export const resume: Command<[pipeline: string, options: { json?: boolean }]> = (
  context,
  name,
  { json },
) =>
  withSystem(context, async ({ orchestrator }) => {
    const answer = await orchestrator.resume(name);
    const { out } = context.terminal;
    out.line(json ? JSON.stringify(answer, null, 2) : `The schedule of ${name} is not paused.`);
    return cliExitCode.ok;
  });
