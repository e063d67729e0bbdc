import { resolve } from 'node:path';
import { z } from 'zod';
import { slug } from '../contracts/names.ts';
import { type AlarmChannelConfig, parseAlarmChannels } from './alarm-channels.ts';
import { type GoogleCloudConfig, googleCloudConfig, googleCloudVariables } from './google-cloud.ts';
import { httpUrl, integer, number, parseObject, parseVariables } from './parts.ts';
import { requiresToken } from './requires-token.ts';
import { refuseReferences, resolveSecrets, type SecretReader } from './secrets.ts';

const port = integer(0, 65535);
const seconds = number.pipe(z.number().positive());

/** Every environment variable Triad reads, its default and its unit. `.env.example` shows them. */
const environment = z.object({
  /** Directory of all state of the embedded system. */
  TRIAD_HOME: z.string().min(1).default('.triad'),
  /** A Postgres for runs and messages, which several orchestrators can share; absent, a file of the home. */
  TRIAD_DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'expected a postgres:// URL' })
    .optional(),
  /** Finished runs, and the folders of their jobs, are removed after this many days; absent, only looks of sensors, and copies of objects, are. */
  TRIAD_RETENTION_DAYS: number.pipe(z.number().min(1)).optional(),
  /** `embedded` is this machine alone; `gcp` is Google Cloud, whose own variables are in `google-cloud.ts`. */
  TRIAD_PROFILE: z.enum(['embedded', 'gcp']).default('embedded'),
  /** Address the services listen on. */
  TRIAD_HOST: z.string().min(1).default('127.0.0.1'),
  /** 0 takes any free port. */
  TRIAD_ORCHESTRATOR_PORT: port.default(4180),
  TRIAD_INVOKER_PORT: port.default(4181),
  /** Where the services reach each other; the defaults follow from host and port. */
  TRIAD_ORCHESTRATOR_URL: httpUrl.optional(),
  TRIAD_INVOKER_URL: httpUrl.optional(),
  TRIAD_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** The Dataform project. */
  TRIAD_SQL_DIR: z.string().min(1).optional(),
  /** Dataset of published tables. */
  TRIAD_DATASET: z
    .string()
    .regex(/^[a-z_][a-z0-9_]*$/, 'expected a SQL name')
    .default('triad'),
  /**
   * Extra jobs as a JSON object: name → command line as an array, such as
   * {"score":["python3","score.py"]}; or, for a program built on Triad's harness,
   * {"score":{"command":["node","score.ts"],"warm":1}}, whose idle processes are kept ready.
   */
  TRIAD_JOBS: z.string().default('{}'),
  /** Light jobs done in the invoker's own process, as a JSON object: name → module whose default export is a Job. */
  TRIAD_IN_PROCESS_JOBS: z.string().default('{}'),
  /** Jobs done in the invoker's own process at a time; the others wait. */
  TRIAD_IN_PROCESS_LIMIT: integer(1, 64).default(4),
  /** In the process of a job: its job spec as JSON. */
  TRIAD_JOB: z.string().optional(),
  /** Idle processes kept ready per job of Triad's own. */
  TRIAD_WARM_WORKERS: integer(0, 16).default(1),
  /** Directory of pipeline files. */
  TRIAD_PIPELINES_DIR: z.string().min(1).optional(),
  /** Whether schedules fire, and sensors look by themselves. */
  TRIAD_SCHEDULER: z.enum(['on', 'off']).default('on'),
  /** How often the orchestrator compares its state with the workload's, in seconds. */
  TRIAD_RECONCILE_SECONDS: seconds.default(2),
  /** Attempts to deliver a message before it becomes a dead letter. */
  TRIAD_DELIVERY_ATTEMPTS: integer(1, 100).default(10),
  /** A command that reached no invoker is sent again after this long, in seconds. */
  TRIAD_RESEND_SECONDS: seconds.default(30),
  /** A step whose job did not start by then fails, in seconds. */
  TRIAD_QUEUE_LIMIT_SECONDS: seconds.default(3600),
  /** How long a job waits for the warehouse file before it gives up, in seconds. */
  TRIAD_WAREHOUSE_WAIT_SECONDS: seconds.default(30),
  /** Pools of slots as a JSON object: name → size, such as {"gpu":1,"steps":8}. */
  TRIAD_POOLS: z.string().default('{}'),
  /** Runs of all pipelines that may be active at a time; the others wait. */
  TRIAD_MAX_ACTIVE_RUNS: integer(1, 10_000).default(32),
  /** Where alarms go, as a JSON object: name → channel, such as {"ops":{"type":"slack","url":"https://…"}}. */
  TRIAD_ALARM_CHANNELS: z.string().default('{}'),
  /** Whether the watcher looks for what is wrong. */
  TRIAD_WATCHER: z.enum(['on', 'off']).default('on'),
  /** How often it looks, in seconds. */
  TRIAD_WATCH_SECONDS: seconds.default(15),
  /** An alarm that is open and not acknowledged is told again after this long, in seconds; never without it. */
  TRIAD_ALARM_REMIND_SECONDS: seconds.optional(),
  /** Attempts to deliver a notice of an alarm to a channel before it is given up. */
  TRIAD_ALARM_ATTEMPTS: integer(1, 100).default(20),
  /** An outside URL that is asked for as long as all is well; it should call people when that stops. */
  TRIAD_DEADMAN_URL: httpUrl.optional(),
  /** How often it is asked for, in seconds. */
  TRIAD_DEADMAN_SECONDS: seconds.default(60),
  /** Sources whose events are taken, separated by commas; empty for all but Triad's own. */
  TRIAD_EVENT_SOURCES: z.string().default(''),
  /** A Cloud Storage emulator, which needs no credentials; without it, Google's. */
  TRIAD_CLOUD_STORAGE_ENDPOINT: httpUrl.optional(),
  /** An S3-compatible store for sensors, addressed by path; without it, that of AWS. */
  TRIAD_S3_ENDPOINT: httpUrl.optional(),
  /** Revision recorded in every manifest, such as a git commit. */
  TRIAD_CODE_REVISION: z.string().optional(),
  /** Whether requests need a token. `auto`: only where the services listen beyond loopback. */
  TRIAD_AUTH: z.enum(['auto', 'on', 'off']).default('auto'),
  /** A system that runs elsewhere: the orchestrator that the `triad` command asks in place of its home's. */
  TRIAD_URL: httpUrl.optional(),
  /** The API token that the `triad` command sends. */
  TRIAD_TOKEN: z.string().min(1).optional(),
  /** The secret that the services know each other by. */
  TRIAD_SERVICE_TOKEN: z.string().min(32, 'expected at least 32 characters').optional(),
  /** Requests per minute of one token, or of one address without a token; 0 is no limit. */
  TRIAD_RATE_LIMIT: integer(0, 1_000_000).default(6000),
  /** How long a service that is told to stop still takes requests, in seconds. */
  TRIAD_DRAIN_SECONDS: number.pipe(z.number().max(600)).default(0),
  /** Where traces go, by OTLP over HTTP; without it there are none. */
  TRIAD_OTLP_URL: httpUrl.optional(),
  /** In the process of a job: the span that started it (W3C Trace Context). */
  TRACEPARENT: z.string().optional(),
});

/** All variables that configuration reads. */
export const variableNames: readonly string[] = [
  ...Object.keys(environment.shape),
  ...googleCloudVariables,
];

/** The warehouse's own pool is not a setting: its file has one writer. */
const poolSizes = z
  .record(slug, z.int().min(1))
  .refine((sizes) => !Object.hasOwn(sizes, 'warehouse'));
const commandLine = z.array(z.string()).min(1);
/** A program, or one built on Triad's harness, of which some wait warm. */
const jobPrograms = z.record(
  slug,
  z.union([
    commandLine.transform((words) => ({ commandLine: words, warm: 0 })),
    z
      .strictObject({ command: commandLine, warm: z.int().min(0).max(64) })
      .transform(({ command, warm }) => ({ commandLine: command, warm })),
  ]),
);
const modulePaths = z.record(slug, z.string().min(1));

export interface Config {
  home: string;
  databaseUrl: string | undefined;
  retentionDays: number | undefined;
  profile: 'embedded' | 'gcp';
  /** Of the profile `gcp`; undefined in any other. */
  googleCloud: GoogleCloudConfig | undefined;
  host: string;
  orchestrator: { port: number; url: string };
  invoker: { port: number; url: string };
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  sqlDirectory: string;
  dataset: string;
  extraJobs: Record<string, { commandLine: string[]; warm: number }>;
  /** Module files by job name, absolute. */
  inProcessJobs: Record<string, string>;
  inProcessLimit: number;
  jobSpec: string | undefined;
  warmWorkers: number;
  pipelinesDirectory: string;
  schedulerEnabled: boolean;
  reconcileSeconds: number;
  deliveryAttempts: number;
  resendSeconds: number;
  queueLimitSeconds: number;
  warehouseWaitSeconds: number;
  pools: Record<string, number>;
  maxActiveRuns: number;
  alarms: {
    channels: ReadonlyMap<string, AlarmChannelConfig>;
    watcherEnabled: boolean;
    watchSeconds: number;
    /** Undefined for no reminders. */
    remindSeconds: number | undefined;
    attempts: number;
    deadman: { url: string; seconds: number } | undefined;
  };
  eventSources: string[];
  cloudStorageEndpoint: string | undefined;
  s3Endpoint: string | undefined;
  codeRevision: string;
  /** Whether requests need a token. */
  requiresToken: boolean;
  /** The orchestrator of a system elsewhere, which the `triad` command asks. */
  systemUrl: string | undefined;
  token: string | undefined;
  serviceToken: string | undefined;
  /** Requests per minute of one client; 0 is no limit. */
  rateLimit: number;
  drainSeconds: number;
  otlpUrl: string | undefined;
  traceparent: string | undefined;
}

const repository = resolve(import.meta.dirname, '../..');

/** As `loadConfig`, for a service: references to secrets are read first. Errors of `read` pass. */
export async function loadConfigWithSecrets(
  read: SecretReader,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Config> {
  return loadConfig(await resolveSecrets(env, read));
}

/** Parses the environment once, for a `main.ts`. A wrong value is `CONFIG_INVALID`, naming it. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  refuseReferences(env);
  const value = parseVariables(environment, env);
  const { TRIAD_HOST: host } = value;
  const authority = host.includes(':') ? `[${host}]` : host;
  const url = (given: string | undefined, portNumber: number) =>
    given ?? `http://${authority}:${portNumber}`;
  return {
    home: resolve(value.TRIAD_HOME),
    databaseUrl: value.TRIAD_DATABASE_URL,
    retentionDays: value.TRIAD_RETENTION_DAYS,
    profile: value.TRIAD_PROFILE,
    googleCloud: value.TRIAD_PROFILE === 'gcp' ? googleCloudConfig(env) : undefined,
    host,
    orchestrator: {
      port: value.TRIAD_ORCHESTRATOR_PORT,
      url: url(value.TRIAD_ORCHESTRATOR_URL, value.TRIAD_ORCHESTRATOR_PORT),
    },
    invoker: {
      port: value.TRIAD_INVOKER_PORT,
      url: url(value.TRIAD_INVOKER_URL, value.TRIAD_INVOKER_PORT),
    },
    logLevel: value.TRIAD_LOG_LEVEL,
    sqlDirectory: resolve(value.TRIAD_SQL_DIR ?? `${repository}/sql`),
    dataset: value.TRIAD_DATASET,
    extraJobs: parseObject(
      'TRIAD_JOBS',
      value.TRIAD_JOBS,
      jobPrograms,
      'job names to command lines (arrays), or to {"command": array, "warm": number from 0 to 64}',
    ),
    inProcessJobs: inProcessJobsOf(value.TRIAD_IN_PROCESS_JOBS),
    inProcessLimit: value.TRIAD_IN_PROCESS_LIMIT,
    jobSpec: value.TRIAD_JOB,
    warmWorkers: value.TRIAD_WARM_WORKERS,
    pipelinesDirectory: resolve(
      value.TRIAD_PIPELINES_DIR ?? `${repository}/orchestrator/pipelines`,
    ),
    schedulerEnabled: value.TRIAD_SCHEDULER === 'on',
    deliveryAttempts: value.TRIAD_DELIVERY_ATTEMPTS,
    resendSeconds: value.TRIAD_RESEND_SECONDS,
    queueLimitSeconds: value.TRIAD_QUEUE_LIMIT_SECONDS,
    reconcileSeconds: value.TRIAD_RECONCILE_SECONDS,
    warehouseWaitSeconds: value.TRIAD_WAREHOUSE_WAIT_SECONDS,
    pools: parseObject(
      'TRIAD_POOLS',
      value.TRIAD_POOLS,
      poolSizes,
      'pool names, other than warehouse, to sizes from 1',
    ),
    maxActiveRuns: value.TRIAD_MAX_ACTIVE_RUNS,
    alarms: {
      channels: parseAlarmChannels(value.TRIAD_ALARM_CHANNELS),
      watcherEnabled: value.TRIAD_WATCHER === 'on',
      watchSeconds: value.TRIAD_WATCH_SECONDS,
      remindSeconds: value.TRIAD_ALARM_REMIND_SECONDS,
      attempts: value.TRIAD_ALARM_ATTEMPTS,
      deadman: value.TRIAD_DEADMAN_URL
        ? { url: value.TRIAD_DEADMAN_URL, seconds: value.TRIAD_DEADMAN_SECONDS }
        : undefined,
    },
    eventSources: value.TRIAD_EVENT_SOURCES.split(',')
      .map((source) => source.trim())
      .filter((source) => source !== ''),
    cloudStorageEndpoint: value.TRIAD_CLOUD_STORAGE_ENDPOINT,
    s3Endpoint: value.TRIAD_S3_ENDPOINT,
    codeRevision: value.TRIAD_CODE_REVISION ?? 'unknown',
    requiresToken: requiresToken(value.TRIAD_AUTH, host),
    systemUrl: value.TRIAD_URL?.replace(/\/$/, ''),
    token: value.TRIAD_TOKEN,
    serviceToken: value.TRIAD_SERVICE_TOKEN,
    rateLimit: value.TRIAD_RATE_LIMIT,
    drainSeconds: value.TRIAD_DRAIN_SECONDS,
    otlpUrl: value.TRIAD_OTLP_URL,
    traceparent: value.TRACEPARENT,
  };
}

function inProcessJobsOf(text: string): Record<string, string> {
  const paths = parseObject(
    'TRIAD_IN_PROCESS_JOBS',
    text,
    modulePaths,
    'job names to module files',
  );
  return Object.fromEntries(Object.entries(paths).map(([job, path]) => [job, resolve(path)]));
}
