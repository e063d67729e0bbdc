import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Command, CommandContext } from '../command-context.ts';
import { concludeRun } from '../conclude-run.ts';
import { absoluteSource } from '../params/absolute-source.ts';
import { coerceParams } from '../params/coerce-params.ts';
import { withSystem } from '../system/system-session.ts';
import { awaitOtherRuns, watchRun } from '../watch-run.ts';

export interface RunOptions {
  runDate: string;
  /** `name` or `name:path`; sugar for the parameter `source`. */
  source?: string;
  /** As typed, by name. */
  param?: Record<string, string>;
  seed: number;
  fresh?: boolean;
  priority?: number;
  json?: boolean;
}

/** `triad run`: starts a run, follows it to its end, and exits 0 only if it succeeded. */
export const run: Command<[pipeline: string, options: RunOptions]> = (context, name, options) => {
  const given = givenParams(options, context);
  return withSystem(context, async (session) => {
    const pipeline = await session.persist((system) => system.orchestrator.pipeline(name));
    const request = {
      pipeline: name,
      runDate: options.runDate,
      params: coerceParams(pipeline, given),
      seed: options.seed,
      ...(options.fresh && { fresh: true }),
      ...(options.priority !== undefined && { priority: options.priority }),
    };
    const key = context.ids.next();
    const started = await session.persist((system) => system.orchestrator.createRun(request, key));
    const ended = await watchRun(context, session, started);
    const exitCode = await concludeRun(context, ended, options);
    await awaitOtherRuns(context, session);
    return exitCode;
  });
};

function givenParams(
  { source, param = {} }: RunOptions,
  { callerDirectory, config }: CommandContext,
): Record<string, string> {
  if (source === undefined) return param;
  if (Object.hasOwn(param, 'source')) {
    throw new TriadError('USAGE', {
      reason: '--source and --param source are the same; give one.',
    });
  }
  const absolute = absoluteSource(source, callerDirectory);
  if (config.systemUrl !== undefined && absolute !== source) {
    const reason = `The system at ${config.systemUrl} has no ${source}: give an object gs://bucket/name, or an absolute path of that machine.`;
    throw new TriadError('USAGE', { reason });
  }
  return { ...param, source: absolute };
}
