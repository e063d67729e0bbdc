import { appendFileSync } from 'node:fs';
import type { Clock } from '../clock/clock.ts';
import type { Logger, LogLevel } from './logger.ts';

/**
 * JSON lines at the end of `file`, without debugging: for the log of a job that has no output of
 * its own. Each line is written when it is logged, and no file stays open.
 */
export function fileLogger(file: string, clock: Clock, base: object = {}): Logger {
  const at = (level: LogLevel) => (fields: object, message: string) => {
    const line = { level, time: clock.now().toISOString(), ...base, ...fields, msg: message };
    appendFileSync(file, `${JSON.stringify(line, errorsInWords)}\n`);
  };
  return {
    debug() {},
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => fileLogger(file, clock, { ...base, ...fields }),
  };
}

const errorsInWords = (_key: string, value: unknown): unknown =>
  value instanceof Error ? { message: value.message, stack: value.stack } : value;
