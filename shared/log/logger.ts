import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

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

/** What Cloud Logging calls the levels (cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry). */
const severityOf: Readonly<Record<string, string>> = {
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
};

/** In place of a level that only pino knows, and of `msg`: what Cloud Logging filters by and shows. */
const cloudLogging = {
  messageKey: 'message',
  formatters: { level: (label: string) => ({ severity: severityOf[label] ?? 'DEFAULT' }) },
};

/**
 * JSON lines on standard error, so that standard output stays free for answers. The library is
 * loaded with the first line: most jobs write none, and their start is what a step waits for.
 *
 * @param profile the value of `TRIAD_PROFILE`: in `gcp`, Cloud Logging reads the lines
 */
export function createLogger(service: string, level: LogLevel, profile = 'embedded'): Logger {
  return lateLogger(() => {
    const { pino }: typeof import('pino') = require('pino');
    const timestamp = pino.stdTimeFunctions.isoTime;
    return pino(
      { base: { service }, level, timestamp, ...(profile === 'gcp' && cloudLogging) },
      pino.destination(2),
    );
  });
}

/** A logger that is opened with its first line. */
export function lateLogger(open: () => Logger): Logger {
  let opened: Logger | undefined;
  const logger = (): Logger => {
    opened ??= open();
    return opened;
  };
  return {
    debug: (fields, message) => logger().debug(fields, message),
    info: (fields, message) => logger().info(fields, message),
    warn: (fields, message) => logger().warn(fields, message),
    error: (fields, message) => logger().error(fields, message),
    child: (fields) => lateLogger(() => logger().child(fields)),
  };
}
