import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { Clock } from '@triad/shared/clock/clock.ts';
import { claimPath } from '@triad/shared/contracts/names.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { z } from 'zod';

/** Who may start the job of a command, and until when. */
const claim = z.object({
  /** Id of the invoker process. */
  invoker: z.string(),
  claimedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
type Claim = z.infer<typeof claim>;

export interface ClaimsOptions {
  artifacts: ArtifactStore;
  clock: Clock;
  /** Names this process in its claims. */
  invoker: string;
  /**
   * How long others leave the command alone, in seconds. Where a start takes longer, the job's record
   * keeps it single. @default 15
   */
  leaseSeconds?: number;
}

/** A claim that this process holds. */
export interface HeldClaim {
  /** Lets the next delivery of the command claim it at once. */
  release(): Promise<void>;
}

/** A power cut ends the invokers that claims keep apart, and their jobs. */
const passing = { soon: true };

/** Of all invokers that get a command, the first to write its claim starts the job. */
export class Claims {
  readonly #options: ClaimsOptions;

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  /** Claims the command; `undefined` while another claim holds. An expired one is taken over. */
  async take(commandId: string): Promise<HeldClaim | undefined> {
    const { artifacts, clock, leaseSeconds = 15 } = this.#options;
    const path = claimPath(commandId);
    const current = await artifacts.get(path);
    if (current && expiryOf(current.body) > clock.now().getTime()) return undefined;
    const generation = current?.artifact.generation;
    const precondition = generation === undefined ? { absent: true as const } : { generation };
    try {
      const body = JSON.stringify(this.#claimFor(leaseSeconds));
      const written = await artifacts.put(path, body, precondition, passing);
      return { release: () => this.#release(path, written.generation) };
    } catch (error) {
      if (isConflict(error)) return undefined;
      throw error;
    }
  }

  /** Whether some invoker was ever asked for this command, by a message. */
  async exists(commandId: string): Promise<boolean> {
    return (await this.#options.artifacts.stat(claimPath(commandId))) !== undefined;
  }

  #claimFor(seconds: number): Claim {
    const { clock, invoker } = this.#options;
    const now = clock.now();
    const expiresAt = new Date(now.getTime() + seconds * 1000).toISOString();
    return { invoker, claimedAt: now.toISOString(), expiresAt };
  }

  async #release(path: string, generation: string): Promise<void> {
    try {
      const body = JSON.stringify(this.#claimFor(0));
      await this.#options.artifacts.put(path, body, { generation }, passing);
    } catch (error) {
      // It expired and another invoker took it over: then there is nothing to release.
      if (!isConflict(error)) throw error;
    }
  }
}

/** In milliseconds since the epoch; a claim that cannot be read has expired. */
function expiryOf(body: Buffer): number {
  try {
    return Date.parse(claim.parse(JSON.parse(body.toString())).expiresAt);
  } catch {
    return 0;
  }
}

const isConflict = (error: unknown): boolean =>
  error instanceof TriadError && error.code === 'ARTIFACT_CONFLICT';
