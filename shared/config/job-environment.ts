import { resolve } from 'node:path';
import { TriadError } from '../errors/triad-error.ts';
import type { LogLevel } from '../log/logger.ts';

const levels: readonly string[] = ['debug', 'info', 'warn', 'error', 'silent'] satisfies LogLevel[];
const isLevel = (text: string): text is LogLevel => levels.includes(text);

/** What the process of a job needs to know of its surroundings. */
export interface JobEnvironment {
  /** The value of `TRIAD_PROFILE`, which `config.ts` checks where it matters. */
  profile: string;
  home: string;
  logLevel: LogLevel;
  /** The value of `TRIAD_JOB`. */
  jobSpec: string | undefined;
  /** The value of `TRACEPARENT`: the span that the job belongs to. */
  traceparent: string | undefined;
  /** Where spans are sent; nowhere without it. */
  otlpUrl: string | undefined;
}

/**
 * The few variables that every job reads, with the defaults of `config.ts`; read without its
 * schema, which takes longer to load than a small job to run.
 */
export function jobEnvironment(env: NodeJS.ProcessEnv = process.env): JobEnvironment {
  const { TRIAD_HOME: home = '.triad', TRIAD_LOG_LEVEL: logLevel = 'info' } = env;
  const profile = profileName(env);
  if (!isLevel(logLevel)) {
    const expected = `expected one of ${levels.join(', ')}`;
    throw new TriadError('CONFIG_INVALID', { field: 'TRIAD_LOG_LEVEL', expected });
  }
  const { TRIAD_JOB: jobSpec, TRACEPARENT: traceparent, TRIAD_OTLP_URL: otlpUrl } = env;
  return { profile, home: resolve(home), logLevel, jobSpec, traceparent, otlpUrl };
}

/** The value of `TRIAD_PROFILE`, also for who cannot read the rest. */
export const profileName = (env: NodeJS.ProcessEnv = process.env): string =>
  env.TRIAD_PROFILE ?? 'embedded';
