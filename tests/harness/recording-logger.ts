import type { Logger } from '@triad/shared/log/logger.ts';

export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  fields: object;
  message: string;
}

/** A logger that keeps its lines for the test to look at. */
export function recordingLogger(): { log: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const loggerWith = (base: object): Logger => {
    const at = (level: LogLine['level']) => (fields: object, message: string) => {
      lines.push({ level, fields: { ...base, ...fields }, message });
    };
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (fields) => loggerWith({ ...base, ...fields }),
    };
  };
  return { log: loggerWith({}), lines };
}
