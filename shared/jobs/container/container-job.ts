import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { containerJob } from '../../contracts/container.ts';
import { manifestPath } from '../../contracts/manifest.ts';
import { attemptPrefix } from '../../contracts/names.ts';
import type { Job, JobContext, JobResult } from '../job.ts';
import { jobFolder } from '../job-folder.ts';
import { ProgramExit } from '../program-exit.ts';
import { collectOutputs } from './collect-outputs.ts';
import { runProgram } from './run-program.ts';

export interface ContainerSurroundings {
  /** Where the artifact store keeps its files, for a program that writes its manifest itself. */
  artifactsDirectory: string;
  jobsDirectory: string;
  /** What every program gets of this process's environment. */
  environment: NodeJS.ProcessEnv;
}

/**
 * The job `container`: runs the command of a step's container and ends as it ended. When the
 * program wrote no manifest, what it left in `TRIAD_OUTPUT_DIR` becomes its outputs.
 */
export const runsContainers = (around: ContainerSurroundings): Job => ({
  name: containerJob,
  handlers: { container: (context) => runContainer(context, around) },
  beatsItself: true,
});

async function runContainer(
  { spec, artifacts, log, scratch, signal, addOutput }: JobContext,
  { artifactsDirectory, jobsDirectory, environment }: ContainerSurroundings,
): Promise<JobResult> {
  const { container } = spec;
  if (!container) throw new Error(`the command ${spec.id} has no container`);
  const cwd = join(scratch, 'work');
  const outputs = join(scratch, 'outputs');
  const attempt = join(artifactsDirectory, attemptPrefix(spec));
  for (const directory of [cwd, outputs, attempt]) await mkdir(directory, { recursive: true });
  const { image, command } = container;
  log.info({ image, command }, 'the command runs on this machine; its image is not used');
  const env = {
    ...environment,
    ...container.env,
    TRIAD_JOB: JSON.stringify(spec),
    TRIAD_ARTIFACTS: artifactsDirectory,
    TRIAD_ATTEMPT_DIR: attempt,
    TRIAD_OUTPUT_DIR: outputs,
    TRIAD_HEARTBEAT_FILE: jobFolder(jobsDirectory, spec.id).heartbeat,
  };
  const end = await runProgram(command, { env, cwd, stop: signal });
  if (end.exitCode !== 0) throw new ProgramExit(end.exitCode, end.signal);
  // The first manifest stays, so that the program's own is kept whatever is returned here.
  if (await artifacts.stat(manifestPath(spec))) return {};
  const collected = await collectOutputs(outputs, addOutput);
  // A program that left nothing has proven nothing: without a manifest it has not succeeded.
  if (!collected) throw new ProgramExit(0, null);
  const notes = [`image ${image} was not used: the command ran on the invoker's machine`];
  return { ...collected, notes };
}
