import { sleep } from '@triad/shared/clock/clock.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { OrchestratorApi } from '../api/orchestrator-api.ts';
import type { CommandContext } from '../command-context.ts';
import { type Connection, connect } from './connect.ts';

const PAUSE_MS = 200;
/** Of a system elsewhere, which costs more to ask. */
const PAUSE_ELSEWHERE_MS = 2000;
/** How long a system elsewhere may not answer, or answer that it cannot now. */
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

  /** How long to wait before something is looked at again, in milliseconds. */
  pauseMs(here: number): number {
    return this.#isElsewhere ? PAUSE_ELSEWHERE_MS : here;
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
    const { clock } = this.#context;
    const patience = this.#isElsewhere ? OUTAGE_LIMIT_MS : Infinity;
    const deadline = clock.now().getTime() + patience;
    for (;;) {
      try {
        return await ask(this);
      } catch (error) {
        if (!this.#mayPass(error) || clock.now().getTime() >= deadline) throw error;
        await Promise.race([this.#reconnect(), this.failed]);
      }
    }
  }

  async close(): Promise<void> {
    await this.#connection.own?.stop();
  }

  get #isElsewhere(): boolean {
    return this.#context.config.systemUrl !== undefined;
  }

  /** Between here and elsewhere are load balancers, limits of rates, and revisions that change. */
  #mayPass(error: unknown): boolean {
    if (!(error instanceof TriadError)) return false;
    return error.code === 'SERVICE_UNREACHABLE' || (this.#isElsewhere && error.retryable);
  }

  async #reconnect(): Promise<void> {
    await sleep(this.#context.clock, this.pauseMs(PAUSE_MS));
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
