import type { Clock } from '@triad/shared/clock/clock.ts';
import { type ContainerEnd, EmulatedContainer } from './emulated-container.ts';

/** What becomes of a job, other than what its program does. */
export type Fate =
  | 'runs'
  /** It waits for ever. */
  | 'neverStarts'
  /** It waits for quota until it is told to `proceed`, and then runs. */
  | 'queued'
  /** No machine comes free: it expires when it has waited as long as it may, if there is such a limit. */
  | 'expires'
  | 'stockout'
  /** The quota is found to be used up only when its machine is asked for. */
  | 'quota'
  | 'imageMissing'
  | 'permissionDenied'
  | 'internalError';

/**
 * What stands for an image: the command line of its entry point, or where files and folders of the
 * image are on this machine, for a job that says itself what is started in it.
 */
export type EmulatedImage = readonly string[] | { files: Readonly<Record<string, string>> };

export interface JobWorld {
  images: Readonly<Record<string, EmulatedImage>>;
  /** Of every program, beneath the variables of its container. */
  environment: NodeJS.ProcessEnv;
  clock: Clock;
  /** From SIGTERM to SIGKILL, in milliseconds. */
  graceMs: number;
}

export interface JobOrder {
  image: string;
  command: readonly string[];
  args: readonly string[];
  env: readonly { name: string; value?: string }[];
  timeoutSeconds: number;
  /** How long it may wait for its machine. @default without end */
  waitSeconds?: number | undefined;
  memoryMiB?: number | undefined;
}

/** Why a job ended; `exit` when it was its program's doing. */
export type Reason =
  | 'exit'
  | 'cancelled'
  | 'timeout'
  | 'preempted'
  | 'memory'
  | 'expired'
  | Exclude<Fate, Waiting | 'runs'>;

type Waiting = 'neverStarts' | 'queued' | 'expires';

export interface JobOutcome {
  reason: Reason;
  container: ContainerEnd | null;
}

/** A job as both services have it: waits, runs a program, and ends. */
export class EmulatedJob {
  readonly order: JobOrder;
  readonly createdAt: Date;
  startedAt: Date | undefined;
  endedAt: Date | undefined;
  outcome: JobOutcome | undefined;
  /** Whether it waits for quota, and not for its machine alone. */
  isQueued: boolean;
  /** Why it is being ended. */
  stopping: 'cancelled' | 'timeout' | 'preempted' | undefined;
  readonly #world: JobWorld;
  #container: EmulatedContainer | undefined;

  constructor(order: JobOrder, fate: Fate, world: JobWorld) {
    this.order = order;
    this.#world = world;
    this.createdAt = world.clock.now();
    this.isQueued = fate === 'queued';
    if (fate === 'expires') this.#expireLater();
    else if (fate !== 'neverStarts' && fate !== 'queued') this.#startSoon(fate);
  }

  get log(): string {
    return this.#container?.output ?? '';
  }

  /** There is quota for it now. */
  proceed(): void {
    this.isQueued = false;
    this.#startSoon('runs');
  }

  cancel(): void {
    this.#stop('cancelled');
  }

  /** Takes its machine away. */
  preempt(): void {
    this.#stop('preempted');
  }

  /** Ends its program at once, as when the server goes. */
  kill(): void {
    this.#container?.kill();
  }

  #stop(reason: 'cancelled' | 'timeout' | 'preempted'): void {
    if (this.outcome || this.stopping) return;
    this.stopping = reason;
    if (this.#container) this.#container.stop();
    else this.#end({ reason, container: null });
  }

  #expireLater(): void {
    const { waitSeconds } = this.order;
    if (!waitSeconds) return;
    this.#world.clock.setTimer(waitSeconds * 1000, () => {
      if (!this.outcome) this.#end({ reason: 'expired', container: null });
    });
  }

  #startSoon(fate: Exclude<Fate, Waiting>): void {
    this.#world.clock.setTimer(0, () => this.#start(fate));
  }

  #start(fate: Exclude<Fate, Waiting>): void {
    if (this.outcome) return;
    const { image, command, args, env, memoryMiB, timeoutSeconds } = this.order;
    const { images, environment, clock, graceMs } = this.#world;
    const found = images[image];
    if (!found || fate !== 'runs') {
      this.#end({ reason: fate === 'runs' ? 'imageMissing' : fate, container: null });
      return;
    }
    this.startedAt = clock.now();
    const container = new EmulatedContainer({
      commandLine: [...commandIn(found, command), ...args],
      env: { ...environment, ...Object.fromEntries(env.map(({ name, value }) => [name, value])) },
      clock,
      memoryMiB,
      graceMs,
    });
    this.#container = container;
    const cancelLimit = clock.setTimer(timeoutSeconds * 1000, () => this.#stop('timeout'));
    void container.ended.then((end) => {
      cancelLimit();
      const ownEnd = end.usedMiB === null ? 'exit' : 'memory';
      // A program that finishes although it was asked to stop has finished.
      const isDone = end.exitCode === 0;
      this.#end({ reason: isDone ? 'exit' : (this.stopping ?? ownEnd), container: end });
    });
  }

  #end(outcome: JobOutcome): void {
    this.outcome = outcome;
    this.endedAt = this.#world.clock.now();
  }
}

function commandIn(image: EmulatedImage, command: readonly string[]): readonly string[] {
  if (!('files' in image)) return command.length > 0 ? command : image;
  return command.map((word) => {
    for (const [path, here] of Object.entries(image.files)) {
      if (word === path || word.startsWith(`${path}/`)) return here + word.slice(path.length);
    }
    return word;
  });
}
