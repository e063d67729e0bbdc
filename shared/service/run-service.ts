import { cliExitCode } from '../errors/exit-code.ts';
import { type ErrorReport, toTriadError } from '../errors/triad-error.ts';
import type { Logger } from '../log/logger.ts';

/** A service that is listening. */
export interface RunningService {
  url: string;
  log: Logger;
  /** Ends what was begun and lets go of everything. */
  stop(): Promise<void>;
}

/** What a service tells the process that started it, over its IPC channel. */
export type ServiceMessage = { ready: true; url: string } | { ready: false; error: ErrorReport };

/**
 * The life of a service process: starts it, says over the IPC channel (when there is one) that it
 * is ready or why it is not, and stops it in good order on SIGTERM, SIGINT, or when the process
 * that started it is gone. A second signal ends it at once.
 */
export async function runService(start: () => Promise<RunningService>): Promise<void> {
  const hasParent = process.connected === true;
  let service: RunningService;
  try {
    service = await start();
  } catch (error) {
    const { stack } = error instanceof Error ? error : new Error(String(error));
    const coded = toTriadError(error);
    process.stderr.write(`${coded.code}: ${coded.message}\nTo fix: ${coded.fix}\n`);
    if (coded.code === 'INTERNAL') process.stderr.write(`${stack}\n`);
    await tell({ ready: false, error: coded.report() });
    process.exit(cliExitCode.failed);
  }
  const { log, url } = service;
  let stopping = false;
  const stop = (reason: string) => {
    if (stopping) process.exit(cliExitCode.failed);
    stopping = true;
    log.info({ reason }, 'stopping');
    service.stop().then(
      () => process.exit(cliExitCode.ok),
      (error: unknown) => {
        log.error({ err: error }, 'could not stop in good order');
        process.exit(cliExitCode.failed);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  process.once('disconnect', () => {
    if (!stopping) stop('the parent process is gone');
  });
  log.info({ url }, 'ready');
  await tell({ ready: true, url });
  // The parent may have gone while the service was starting, before anyone listened for it.
  if (hasParent && !process.connected && !stopping) stop('the parent process is gone');
}

function tell(message: ServiceMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send) process.send(message, () => resolve());
    else resolve();
  });
}
