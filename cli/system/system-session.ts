import { sleep } from '@triad/shared/clock/clock.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { OrchestratorApi } from '../api/orchestrator-api.ts';
import type { CommandContext } from '../command-context.ts';
import { type Connection, connect } from './connect.ts';

const PAUSE_MS = 200;
/** How long a system elsewhere may be silent. */
const OUTAGE_LIMIT_MS = 30_000;

/** A command's connection to a system: the one that runs, or one booted for the command alone. */
export class SystemSession {
  readonly #context: CommandContext;
  readonly #failed = Promise.withResolvers<never>();
  #connection: Connection;

  private constructor(context: CommandContext, connection: Connection) {
    this.#context = context;
    this.#connection = connection;
    this.#watch();
  }

  static async open(context: CommandContext): Promise<SystemSession> {
    return new SystemSession(context, await connect(context));
  }

  get orchestrator(): OrchestratorApi {
    return this.#connection.orchestrator;
  }

  /** Whether the system was booted for this command and ends with it. */
  get isTemporary(): boolean {
    return this.#connection.own !== undefined;
  }

  /** Rejects when the command's own system cannot be kept alive; otherwise never settles. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /**
   * Asks what may be asked twice until there is an answer. A system of our own that does not
   * answer is being restarted. Another's may have been stopped for good; then the runs that it
   * left go on in one of our own. One elsewhere is waited for, but not for ever.
   */
  async persist<T>(ask: (session: SystemSession) => Promise<T>): Promise<T> {
    const { config, clock } = this.#context;
    const patience = config.systemUrl === undefined ? Infinity : OUTAGE_LIMIT_MS;
    const deadline = clock.now().getTime() + patience;
    for (;;) {
      try {
        return await ask(this);
      } catch (error) {
        if (!(error instanceof TriadError) || error.code !== 'SERVICE_UNREACHABLE') throw error;
        if (clock.now().getTime() >= deadline) throw error;
        await Promise.race([this.#reconnect(), this.failed]);
      }
    }
  }

  async close(): Promise<void> {
    await this.#connection.own?.stop();
  }

  async #reconnect(): Promise<void> {
    await sleep(this.#context.clock, PAUSE_MS);
    if (this.isTemporary) return;
    this.#connection = await connect(this.#context);
    this.#watch();
  }

  #watch(): void {
    this.#connection.own?.failed.then(this.#failed.reject);
  }
}

/** Opens a session for `action` and closes it, whatever happens. */
export async function withSystem<T>(
  context: CommandContext,
  action: (session: SystemSession) => Promise<T>,
): Promise<T> {
  const session = await SystemSession.open(context);
  try {
    return await Promise.race([action(session), session.failed]);
  } finally {
    await session.close();
  }
}

/** Opens a session only to ask something that changes nothing. */
export const askSystem = <T>(
  context: CommandContext,
  ask: (session: SystemSession) => Promise<T>,
): Promise<T> => withSystem(context, (session) => session.persist(ask));
