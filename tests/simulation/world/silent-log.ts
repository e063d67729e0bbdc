import type { Logger } from '@triad/shared/log/logger.ts';

const nothing = (): void => {};

/** For worlds of which only what happens counts. */
export const silentLog: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLog,
};
