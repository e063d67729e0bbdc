import { parseCommandId } from '../contracts/attempt.ts';
import { traceIdOf } from '../tracing/span-context.ts';
import { type Logger, lateLogger } from './logger.ts';

/** A logger whose lines say which run, step and attempt they are about, in every service alike. */
export const attemptLog = (log: Logger, commandId: string): Logger =>
  lateLogger(() => {
    const { runId, step, attempt } = parseCommandId(commandId);
    return log.child({ runId, step, attempt, traceId: traceIdOf(runId) });
  });

/** A logger whose lines say which run they are about. */
export const runLog = (log: Logger, runId: string): Logger =>
  log.child({ runId, traceId: traceIdOf(runId) });
