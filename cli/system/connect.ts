import { sleep } from '@triad/shared/clock/clock.ts';
import type { Config } from '@triad/shared/config/config.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { OrchestratorApi } from '../api/orchestrator-api.ts';
import type { CommandContext } from '../command-context.ts';
import { bootSystem, type System } from './boot-system.ts';
import { findSystem } from './find-system.ts';

export interface Connection {
  orchestrator: OrchestratorApi;
  /** The system, when it was booted for this command alone. */
  own: System | undefined;
}

/** How long a home may be held by a system that is only just starting or stopping. */
const HANDOVER_LIMIT_MS = 15_000;
const PAUSE_MS = 200;

/**
 * Connects to the system that `TRIAD_URL` names; without it to the one that runs on the home, or to a
 * temporary one that it boots.
 */
export async function connect(context: CommandContext): Promise<Connection> {
  const { config, clock } = context;
  if (config.systemUrl !== undefined)
    return connectionTo(config, { orchestrator: config.systemUrl });
  const deadline = clock.now().getTime() + HANDOVER_LIMIT_MS;
  for (;;) {
    const running = await findSystem(config.home, clock);
    if (running) return connectionTo(config, running);
    const own = await bootUnlessInUse(context, clock.now().getTime() < deadline);
    if (own) return connectionTo(config, own, own);
    await sleep(clock, PAUSE_MS);
  }
}

/** `undefined` while the home is in use, as long as there is hope; then `HOME_IN_USE`. */
async function bootUnlessInUse(
  { config, env, clock, terminal }: CommandContext,
  isHopeful: boolean,
): Promise<System | undefined> {
  const announce = (line: string) => terminal.err.line(line);
  try {
    return await bootSystem({ config, env, temporary: true, announce, clock });
  } catch (error) {
    const isInUse = error instanceof TriadError && error.code === 'HOME_IN_USE';
    if (isInUse && isHopeful) return undefined;
    throw error;
  }
}

const connectionTo = (
  { token }: Config,
  urls: { orchestrator: string },
  own?: System,
): Connection => ({
  orchestrator: new OrchestratorApi(urls.orchestrator, token),
  own,
});
