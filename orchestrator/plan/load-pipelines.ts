import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { checkTriggersTogether } from '../events/validate-triggers.ts';
import { validatePipeline } from './validate-pipeline.ts';

/**
 * Loads every `*.ts` file of a directory whose default export is a pipeline definition. A file that
 * throws, exports no pipeline or exports a wrong one is an error here, at start, and not at night.
 */
export async function loadPipelines(directory: string): Promise<Map<string, Pipeline>> {
  const pipelines = new Map<string, Pipeline>();
  for (const file of await pipelineFiles(directory)) {
    const pipeline = validatePipeline(await importDefault(join(directory, file)), file);
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

async function importDefault(path: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(path).href)) as { default?: unknown };
    return module.default;
  } catch (error) {
    const reason = `the file throws: ${error instanceof Error ? error.message : String(error)}`;
    throw new TriadError('PIPELINE_INVALID', { pipeline: path, reason }, { cause: error });
  }
}
