import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { type CommandKey, errorPath } from '../contracts/attempt.ts';
import type { TriadError } from '../errors/triad-error.ts';
import type { Logger } from '../log/logger.ts';

/** Leaves the error report of a failed attempt; that it cannot is logged. */
export async function storeError(
  artifacts: ArtifactStore,
  key: CommandKey,
  error: TriadError,
  log: Logger,
): Promise<void> {
  try {
    await artifacts.put(errorPath(key), JSON.stringify(error.report(), null, 2));
  } catch (failure) {
    log.error({ err: failure }, 'The error report could not be stored');
  }
}
