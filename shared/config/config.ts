import { resolve } from 'node:path';
import { z } from 'zod';
import { slug } from '../contracts/names.ts';
import { TriadError } from '../errors/triad-error.ts';
import { requiresToken } from './requires-token.ts';

/** Plain decimals only: what JavaScript makes of '' or '0x10' is nobody's intention. */
const number = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'expected a number')
  .transform(Number);
const integer = (minimum: number, maximum: number) =>
  number.pipe(z.int().min(minimum).max(maximum));
const port = integer(0, 65535);
const seconds = number.pipe(z.number().positive());
const httpUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' });

/** Every environment variable Triad reads, its default and its unit. `.env.example` shows them. */
const environment = z.object({
  /** Directory of all state of the embedded system. */
  TRIAD_HOME: z.string().min(1).default('.triad'),
  /** `embedded` is this machine alone. */
  TRIAD_PROFILE: z.enum(['embedded']).default('embedded'),
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
  /** Extra jobs as a JSON object: name → command line as an array, such as {"score":["python3","score.py"]}. */
  TRIAD_JOBS: z.string().default('{}'),
  /** In the process of a job: its job spec as JSON. */
  TRIAD_JOB: z.string().optional(),
  /** Idle processes kept ready per job of Triad's own. */
  TRIAD_WARM_WORKERS: integer(0, 16).default(1),
  /** Directory of pipeline files. */
  TRIAD_PIPELINES_DIR: z.string().min(1).optional(),
  /** Whether schedules fire. */
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
  /** Revision recorded in every manifest, such as a git commit. */
  TRIAD_CODE_REVISION: z.string().optional(),
  /** Whether requests need a token. `auto`: only where the services listen beyond loopback. */
  TRIAD_AUTH: z.enum(['auto', 'on', 'off']).default('auto'),
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

const poolSizes = z.record(slug, z.int().min(1));
const commandLines = z.record(slug, z.array(z.string()).min(1));

export interface Config {
  home: string;
  profile: 'embedded';
  host: string;
  orchestrator: { port: number; url: string };
  invoker: { port: number; url: string };
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  sqlDirectory: string;
  dataset: string;
  extraJobs: Record<string, string[]>;
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
  codeRevision: string;
  /** Whether requests need a token. */
  requiresToken: boolean;
  token: string | undefined;
  serviceToken: string | undefined;
  /** Requests per minute of one client; 0 is no limit. */
  rateLimit: number;
  drainSeconds: number;
  otlpUrl: string | undefined;
  traceparent: string | undefined;
}

const repository = resolve(import.meta.dirname, '../..');

/** Parses the environment once, for a `main.ts`. A wrong value is `CONFIG_INVALID`, naming it. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalid(String(issue?.path[0]), issue?.message ?? 'is invalid');
  }
  const value = parsed.data;
  const { TRIAD_HOST: host } = value;
  const authority = host.includes(':') ? `[${host}]` : host;
  const url = (given: string | undefined, portNumber: number) =>
    given ?? `http://${authority}:${portNumber}`;
  return {
    home: resolve(value.TRIAD_HOME),
    profile: value.TRIAD_PROFILE,
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
    extraJobs: parseJson(
      'TRIAD_JOBS',
      value.TRIAD_JOBS,
      commandLines,
      'job names to command lines (arrays)',
    ),
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
    pools: parseJson('TRIAD_POOLS', value.TRIAD_POOLS, poolSizes, 'pool names to sizes'),
    maxActiveRuns: value.TRIAD_MAX_ACTIVE_RUNS,
    codeRevision: value.TRIAD_CODE_REVISION ?? 'unknown',
    requiresToken: requiresToken(value.TRIAD_AUTH, host),
    token: value.TRIAD_TOKEN,
    serviceToken: value.TRIAD_SERVICE_TOKEN,
    rateLimit: value.TRIAD_RATE_LIMIT,
    drainSeconds: value.TRIAD_DRAIN_SECONDS,
    otlpUrl: value.TRIAD_OTLP_URL,
    traceparent: value.TRACEPARENT,
  };
}

/** A variable that holds a JSON object, `what` in words. */
function parseJson<T>(variable: string, text: string, schema: z.ZodType<T>, what: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw invalid(variable, `expected a JSON object of ${what}`);
  }
}

const invalid = (field: string, expected: string) =>
  new TriadError('CONFIG_INVALID', { field, expected });
