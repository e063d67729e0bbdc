import { pino } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Structured logging: fields first, then the message. Never pass a secret. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** A logger that adds `fields` to every line, such as run, step and attempt. */
  child(fields: object): Logger;
}

/** JSON lines on standard error, so that standard output stays free for answers. */
export function createLogger(service: string, level: LogLevel): Logger {
  return pino(
    { base: { service }, level, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination(2),
  );
}
