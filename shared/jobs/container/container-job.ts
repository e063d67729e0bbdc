import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { containerJob } from '../../contracts/container.ts';
import { manifestPath } from '../../contracts/manifest.ts';
import { attemptPrefix } from '../../contracts/names.ts';
import type { Job, JobContext, JobResult } from '../job.ts';
import { jobFolder } from '../job-folder.ts';
import { errorOfExit } from '../judge-end.ts';
import { ProgramExit } from '../program-exit.ts';
import { storeError } from '../store-error.ts';
import type { ArtifactMirror } from './artifact-mirror.ts';
import { collectOutputs } from './collect-outputs.ts';
import { runProgram } from './run-program.ts';

export interface ContainerSurroundings {
  /** What a program sees as the store: its inputs, and the folder of its attempt. */
  artifactsDirectory: string;
  /** Keeps that directory as the store is; undefined where it is the store itself. */
  mirror: ArtifactMirror | undefined;
  jobsDirectory: string;
  /** What every program gets of this process's environment. */
  environment: NodeJS.ProcessEnv;
  /** Where programs are started, such as the working directory of the image; by default a new folder. */
  workingDirectory: string | undefined;
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
  context: JobContext,
  around: ContainerSurroundings,
): Promise<JobResult> {
  const { spec, artifacts, log, scratch, signal, addOutput } = context;
  const { artifactsDirectory, mirror, jobsDirectory, environment } = around;
  const { container } = spec;
  if (!container) throw new Error(`the command ${spec.id} has no container`);
  const cwd = around.workingDirectory ?? join(scratch, 'work');
  const outputs = join(scratch, 'outputs');
  const attempt = join(artifactsDirectory, attemptPrefix(spec));
  for (const directory of [cwd, outputs, attempt]) await mkdir(directory, { recursive: true });
  const { image, command } = container;
  if (!mirror)
    log.info({ image, command }, 'the command runs on this machine; its image is not used');
  await mirror?.bring(spec.inputs);
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
  const hasSpoken = await mirror?.give(spec);
  const fail = async () => {
    // What the launcher cannot see by itself: that it was the program that ended so, and not its image.
    if (hasSpoken === false && end.exitCode !== null) {
      await storeError(artifacts, spec, errorOfExit(end.exitCode), log);
    }
    return new ProgramExit(end.exitCode, end.signal);
  };
  if (end.exitCode !== 0) throw await fail();
  // The first manifest stays, so that the program's own is kept whatever is returned here.
  if (await artifacts.stat(manifestPath(spec))) return {};
  const collected = await collectOutputs(outputs, addOutput);
  // A program that left nothing has proven nothing: without a manifest it has not succeeded.
  if (!collected) throw await fail();
  if (mirror) return collected;
  const notes = [`image ${image} was not used: the command ran on the invoker's machine`];
  return { ...collected, notes };
}
