import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Clock } from '@triad/shared/clock/clock.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { checkTriggersTogether } from '../events/validate-triggers.ts';
import { validatePipeline } from './validate-pipeline.ts';

/** How long a file may take to load, in milliseconds. */
const LOAD_LIMIT_MS = 10_000;

/**
 * Loads every `*.ts` file of a directory whose default export is a pipeline definition. A file that
 * throws, waits without end, exports no pipeline or exports a wrong one is an error here, at start,
 * and not at night.
 */
export async function loadPipelines(
  directory: string,
  clock: Clock,
): Promise<Map<string, Pipeline>> {
  const pipelines = new Map<string, Pipeline>();
  for (const file of await pipelineFiles(directory)) {
    const pipeline = validatePipeline(await importDefault(join(directory, file), clock), file);
    if (pipelines.has(pipeline.name)) {
      const reason = `a second file, ${file}, defines it`;
      throw new TriadError('PIPELINE_INVALID', { pipeline: pipeline.name, reason });
    }
    pipelines.set(pipeline.name, pipeline);
  }
  checkTriggersTogether(pipelines);
  return pipelines;
}

async function pipelineFiles(directory: string): Promise<string[]> {
  try {
    const files = await readdir(directory);
    return files.filter((file) => file.endsWith('.ts')).sort();
  } catch (error) {
    const reason = `the directory cannot be read: ${error instanceof Error ? error.message : error}`;
    throw new TriadError('PIPELINE_INVALID', { pipeline: directory, reason }, { cause: error });
  }
}

async function importDefault(path: string, clock: Clock): Promise<unknown> {
  const limit = Promise.withResolvers<never>();
  const cancelLimit = clock.setTimer(LOAD_LIMIT_MS, () =>
    limit.reject(new Error(`it is not done after ${LOAD_LIMIT_MS / 1000} s`)),
  );
  try {
    const module: { default?: unknown } = await Promise.race([
      import(pathToFileURL(path).href),
      limit.promise,
    ]);
    return module.default;
  } catch (error) {
    const reason = `the file does not load: ${error instanceof Error ? error.message : String(error)}`;
    throw new TriadError('PIPELINE_INVALID', { pipeline: path, reason }, { cause: error });
  } finally {
    cancelLimit();
  }
}
