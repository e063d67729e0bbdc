import { Server, ServerCredentials } from '@grpc/grpc-js';
import { type Clock, systemClock } from '@triad/shared/clock/clock.ts';
import { EmulatedCloudRun } from './cloud-run-service.ts';
import type { EmulatedImage, EmulatedJob, Fate } from './emulated-job.ts';
import { serviceNamed } from './protos.ts';
import { CallFaults, implementationOf, type Methods } from './rpc.ts';
import { EmulatedVertex } from './vertex-service.ts';

export interface JobsEmulatorOptions {
  /** What stands for each image, by the image's whole name. */
  images: Readonly<Record<string, EmulatedImage>>;
  /** Of every program, besides `PATH` and the variables of its container. @default none */
  environment?: NodeJS.ProcessEnv;
  /** @default the system's */
  clock?: Clock;
  /** From SIGTERM to SIGKILL, in milliseconds. @default 10000 */
  graceMs?: number;
  /** Address to listen on. @default 127.0.0.1 */
  host?: string;
  /** @default one that is free */
  port?: number;
}

/**
 * Vertex AI's CustomJobs and Cloud Run's jobs on one gRPC port, from the `.proto`
 * files of Google's clients. Jobs are processes of this machine. docs/emulators.md says
 * where it differs from the real services.
 */
export class JobsEmulator {
  readonly vertex: EmulatedVertex;
  readonly cloudRun: EmulatedCloudRun;
  /** What goes wrong with calls, by the name of the method, such as `CreateCustomJob`. */
  readonly faults = new CallFaults();
  endpoint: { host: string; port: number };
  readonly #server = new Server();
  readonly #fates: Fate[] = [];

  private constructor({ images, environment, clock, graceMs, host }: JobsEmulatorOptions) {
    this.endpoint = { host: host ?? '127.0.0.1', port: 0 };
    const world = {
      images,
      environment: { PATH: process.env.PATH, ...environment },
      clock: clock ?? systemClock,
      graceMs: graceMs ?? 10_000,
    };
    const nextFate = () => this.#fates.shift() ?? 'runs';
    this.vertex = new EmulatedVertex(world, nextFate);
    this.cloudRun = new EmulatedCloudRun(world, nextFate);
    this.#serve('google.cloud.aiplatform.v1.JobService', this.vertex.methods);
    this.#serve('google.cloud.run.v2.Jobs', this.cloudRun.jobMethods);
    this.#serve('google.cloud.run.v2.Executions', this.cloudRun.executionMethods);
    this.#serve('google.cloud.run.v2.Tasks', this.cloudRun.taskMethods);
    this.#serve('google.longrunning.Operations', this.cloudRun.operationMethods);
  }

  static async start(options: JobsEmulatorOptions): Promise<JobsEmulator> {
    const emulator = new JobsEmulator(options);
    await emulator.#listen(options.port ?? 0);
    return emulator;
  }

  /** What becomes of the next job that is created. */
  nextJob(fate: Fate): void {
    this.#fates.push(fate);
  }

  /** All jobs of both services that there ever were, the oldest first. */
  get jobs(): { name: string; job: EmulatedJob }[] {
    return [...this.vertex.stored, ...this.cloudRun.executions];
  }

  /** What the job of this resource name printed so far. */
  log(name: string): string {
    return this.jobs.find((one) => one.name === name)?.job.log ?? '';
  }

  /** Kills all jobs. */
  async stop(): Promise<void> {
    this.#server.forceShutdown();
    for (const { job } of this.jobs) job.kill();
  }

  #serve(service: string, methods: Methods): void {
    const { host } = this.endpoint;
    const drop = () => this.#server.drain(`${host}:${this.endpoint.port}`, 0);
    this.#server.addService(serviceNamed(service), implementationOf(methods, this.faults, drop));
  }

  #listen(port: number): Promise<void> {
    const { host } = this.endpoint;
    return new Promise((resolve, reject) => {
      const credentials = ServerCredentials.createInsecure();
      this.#server.bindAsync(`${host}:${port}`, credentials, (error, bound) => {
        if (error) return reject(error);
        this.endpoint = { host, port: bound };
        resolve();
      });
    });
  }
}
