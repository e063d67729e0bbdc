import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Job, JobContext, JobResult } from '@triad/shared/jobs/job.ts';

const forEver = () => new Promise<never>(() => setInterval(() => {}, 60_000));

/** A process that outlives a SIGTERM, in a session of its own or in the job's. */
function startStubbornChild(detached: boolean): void {
  const program =
    "process.on('SIGTERM', () => {}); setInterval(() => {}, 60000); console.log('up')";
  const child = spawn(process.execPath, ['-e', program], { detached, stdio: 'inherit' });
  console.log(`child ${child.pid}`);
}

/** Puts a line into the job's log. */
type Print = (line: string) => void;
type Script = (context: JobContext, print: Print) => Promise<JobResult>;

const scripts: Record<string, Script> = {
  async succeed({ spec, scratch, addOutput }, print) {
    print(`began ${process.pid}`);
    console.error('to standard error');
    const file = join(scratch, 'numbers.csv');
    await writeFile(file, 'n\n1\n2\n');
    await addOutput('numbers', file, 2);
    return { metrics: { 'answer.value': 42 }, notes: [`for ${spec.runDate}`] };
  },
  async fail() {
    throw new TriadError('SQL_INVALID', { action: 'rfm', reason: 'no such column' });
  },
  async failForNow() {
    throw new TriadError('WAREHOUSE_BUSY', { path: 'the test' });
  },
  async bug() {
    throw new RangeError('the bug');
  },
  async uncaughtBug() {
    setTimeout(() => {
      throw new RangeError('the bug');
    });
    return forEver();
  },
  async notFinite() {
    return { metrics: { loss: Number.NaN } };
  },
  async exit({ spec }) {
    process.exit(Number(spec.params.code));
  },
  async killed() {
    process.kill(process.pid, 'SIGKILL');
    return forEver();
  },
  /** Ends when it is asked to. */
  async obedient({ signal }, print) {
    print(`began ${process.pid}`);
    const alive = setInterval(() => {}, 60_000);
    await once(signal, 'abort');
    clearInterval(alive);
    throw new Error('asked to stop');
  },
  /** Ends only by force, and so do its children. */
  async stubborn() {
    process.removeAllListeners('SIGTERM');
    process.on('SIGTERM', () => {});
    startStubbornChild(false);
    startStubbornChild(true);
    console.log(`began ${process.pid}`);
    return forEver();
  },
  /** Succeeds and leaves a child behind. */
  async leaveChild({ scratch }) {
    startStubbornChild(false);
    await writeFile(join(scratch, 'left'), '');
    return {};
  },
  async eatMemory() {
    const meal: Buffer[] = [];
    for (;;) {
      meal.push(Buffer.alloc(16 * 2 ** 20, meal.length + 1));
      await pause(5);
    }
  },
  /** Works until the file `go` appears. */
  async hold({ spec, signal }, print) {
    print(`began ${process.pid}`);
    while (!existsSync(String(spec.params.go))) await pause(10, undefined, { signal });
    return {};
  },
};

/** A job for conformance tests, which does what its parameter `script` names. */
export function scriptedJob(printOf: (context: JobContext) => Print): Job {
  const play = async (context: JobContext): Promise<JobResult> => {
    const script = scripts[String(context.spec.params.script)];
    if (!script) throw new Error(`no script ${context.spec.params.script}`);
    return script(context, printOf(context));
  };
  return { name: 'scripted', handlers: { container: play } };
}

/** The same within this process, whose standard output it does not have to itself. */
export const loggingScriptedJob: Job = scriptedJob(
  ({ log }) =>
    (line) =>
      log.info({}, line),
);
