import { spawn } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { jobEnvironment } from '@triad/shared/config/job-environment.ts';
import { secretVariables } from '@triad/shared/config/secrets.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { JobContext, JobResult } from '@triad/shared/jobs/job.ts';
import { runJob } from '@triad/shared/jobs/run-job.ts';
import { createLogger } from '@triad/shared/log/logger.ts';
import { openTracer } from '@triad/shared/tracing/otlp-tracer.ts';

/*
 * A job for flow tests: each attempt leaves its marks in files of the home, and goes on when the
 * test lets it.
 */

const environment = jobEnvironment();
const home = homeLayout(environment.home);

/** One line per job that began to work. */
const note = (file: string, line: string) =>
  appendFileSync(join(environment.home, file), `${line}\n`);

async function work({ spec, signal }: JobContext): Promise<JobResult> {
  note('began', `${spec.id} ${process.pid}`);
  const seen = secretVariables.filter((variable) => process.env[variable] !== undefined);
  note('secrets-seen', seen.join(' ') || 'none');
  if (spec.params.child === true) {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    note('children', String(child.pid));
  }
  if (spec.params.exit === spec.step) console.log('the first line');
  if (spec.params.hold === spec.step) {
    const go = join(environment.home, `go-${spec.runId}`);
    while (!existsSync(go)) await pause(10, undefined, { signal });
  }
  if (spec.params.exit === spec.step) {
    console.log('the last line');
    process.exit(1);
  }
  if (spec.params.fail === spec.step && spec.attempt === 1) {
    throw new TriadError('WAREHOUSE_BUSY', { path: 'the test' });
  }
  if (spec.params.die === spec.step && spec.attempt === 1) process.kill(process.pid, 'SIGKILL');
  note('effects', `${spec.runId}:${spec.step}`);
  return { metrics: { [`${spec.step}.attempt`]: spec.attempt } };
}

await runJob(
  { name: 'scripted', handlers: { container: work } },
  {
    artifacts: new DirectoryArtifactStore({ directory: home.artifacts }),
    clock: systemClock,
    log: createLogger('scripted', environment.logLevel),
    jobsDirectory: home.jobs,
    specText: environment.jobSpec,
    traceparent: environment.traceparent,
    tracer: await openTracer({ service: 'test-job', url: environment.otlpUrl }),
  },
);
