import { chownSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  type ComposeFile,
  type ComposeService,
  environmentOf,
  readCompose,
} from './compose-file.ts';
import type { Image } from './open-image.ts';
import { type Mount, type RunningImage, runImage } from './run-image.ts';
import { tailOf, until, type Workbench } from './workbench.ts';

export interface ComposeOptions {
  /** The compose file. */
  path: string;
  /** The caller's variables. */
  variables: Readonly<Record<string, string>>;
  /** The image of a reference. */
  open: (reference: string) => Image;
  /** Services that something on this machine stands for, at the loopback address. @default none */
  standIns?: readonly string[];
  /** Where volumes and logs are. */
  bench: Workbench;
}

/**
 * Runs services of a compose file as the file says, without an engine: image, entrypoint, command,
 * environment, volumes and memory. All have the network of this process; each name is an address of
 * its own there, on which only a service that listens on all addresses can be reached; names of
 * stand-ins are `localhost`.
 */
export class ComposeRun {
  readonly #options: ComposeOptions;
  readonly #file: ComposeFile;
  readonly #hosts: string;
  readonly #running = new Map<string, RunningImage>();

  constructor(options: ComposeOptions) {
    this.#options = options;
    this.#file = readCompose(options.path, options.variables);
    const { standIns = [] } = options;
    const names = Object.keys(this.#file.services).filter((name) => !standIns.includes(name));
    this.#hosts = join(options.bench.directory, 'hosts');
    const local = ['localhost', ...standIns].join(' ');
    const lines = [local, ...names].map((name, index) => `127.0.0.${index + 1} ${name}`);
    writeFileSync(this.#hosts, `${lines.join('\n')}\n`);
  }

  /** `docker compose run --rm NAME [COMMAND…]`: what it printed. Throws when it fails. */
  async runOnce(name: string, ...command: string[]): Promise<string> {
    const running = this.#start(name, `${name}-once`, command.length > 0 ? { command } : {});
    const code = await running.exited;
    if (code !== 0) throw new Error(`${name} ended with ${code}${tailOf(running.log())}`);
    return running.log();
  }

  /** `docker compose up --wait NAME…`: starts them at once, and waits until all are well. */
  async up(...names: string[]): Promise<void> {
    for (const name of names) this.#running.set(name, this.#start(name, name));
    await Promise.all(names.map((name) => this.#untilHealthy(name)));
  }

  /**
   * Starts a service, which need not be well when this returns, and says how long it took until
   * `isSo`, in milliseconds.
   */
  async startTill(name: string, what: string, isSo: () => Promise<boolean>): Promise<number> {
    const running = this.#start(name, name);
    this.#running.set(name, running);
    return until(what, isSo, { ended: running.exited });
  }

  /** `docker compose stop NAME`. Throws unless it ends with 0. */
  async stopOne(name: string): Promise<void> {
    const code = await this.#running.get(name)?.stop();
    this.#running.delete(name);
    if (code !== 0) throw new Error(`${name} ended with ${code} after SIGTERM`);
  }

  /** `docker compose stop`: the exit codes by name. Throws when one takes longer than it may. */
  async stop(): Promise<Record<string, number>> {
    const codes = [...this.#running].map(async ([name, running]) => {
      const limitMs = Number.parseInt(this.#service(name).stop_grace_period ?? '10s', 10) * 1000;
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(() => late.reject(new Error(`${name} does not end`)), limitMs);
      const code = await Promise.race([running.stop(), late.promise]);
      clearTimeout(timer);
      return [name, code] as const;
    });
    const stopped = Object.fromEntries(await Promise.all(codes));
    this.#running.clear();
    return stopped;
  }

  /** The end of what each service printed, for an error's message. */
  logs(): string {
    return [...this.#running].map(([name, { log }]) => `\n--- ${name}${tailOf(log())}`).join('');
  }

  /** The health check of the file, again and again until it is content. */
  async #untilHealthy(name: string): Promise<void> {
    const { healthcheck } = this.#service(name);
    if (!('test' in healthcheck)) throw new Error(`${name} has no health check`);
    const [kind, ...command] = healthcheck.test;
    if (kind !== 'CMD') throw new Error(`${name}: a health check of the kind ${kind}`);
    const running = this.#running.get(name);
    const isHealthy = async () =>
      (await this.#start(name, `${name}-health`, { entrypoint: [], command }).exited) === 0;
    try {
      await until('health', isHealthy, { pauseMs: 100, ...(running && { ended: running.exited }) });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${name}: ${reason}${tailOf(running?.log() ?? '')}`);
    }
  }

  #start(
    name: string,
    logName: string,
    instead: { entrypoint?: readonly string[]; command?: readonly string[] } = {},
  ): RunningImage {
    const service = this.#service(name);
    const image = this.#options.open(service.image);
    const { user, working_dir: directory } = service;
    const { config } = image;
    const settings = {
      ...image,
      config: {
        ...config,
        User: user ?? config.User,
        WorkingDir: directory ?? config.WorkingDir,
        // An entrypoint of the file's own leaves nothing of the image's command.
        Cmd: service.command ?? (service.entrypoint ? [] : config.Cmd),
        Entrypoint: service.entrypoint ?? config.Entrypoint,
      },
    };
    return runImage(settings, {
      mounts: [
        ...service.tmpfs.map(memoryOf),
        ...(service.volumes ?? []).map((volume) => this.#volumeOf(volume, image)),
        { target: '/etc/hosts', source: this.#hosts, options: 'ro' },
      ],
      environment: environmentOf(service, this.#options.variables),
      logFile: this.#options.bench.logFile(logName),
      ...instead,
    });
  }

  /** A volume of the file, or a folder beside it. */
  #volumeOf(volume: string, image: Image): Mount {
    const [from = '', target = '', options] = volume.split(':');
    const isNamed = Object.hasOwn(this.#file.volumes, from);
    const source = isNamed
      ? join(this.#options.bench.directory, `volume-${from}`)
      : resolve(dirname(this.#options.path), from);
    if (isNamed && !existsSync(source)) {
      mkdirSync(source);
      // An engine gives a new volume the owner that the folder has in the image.
      const { uid, gid } = statSync(join(image.root, target));
      chownSync(source, uid, gid);
    }
    return { target, source, ...(options !== undefined && { options }) };
  }

  #service(name: string): ComposeService {
    const service = this.#file.services[name];
    if (!service) throw new Error(`${this.#options.path} has no service ${name}`);
    return service;
  }
}

function memoryOf(mount: string): Mount {
  const [target = '', options = ''] = mount.split(':');
  return { target, options };
}
