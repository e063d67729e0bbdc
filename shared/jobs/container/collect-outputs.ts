import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fanOutLimit } from '../../contracts/fan-out.ts';
import { paramValue } from '../../contracts/json.ts';
import { slug } from '../../contracts/names.ts';
import { TriadError } from '../../errors/triad-error.ts';
import type { JobContext, JobResult } from '../job.ts';

/** Files that say something about the outputs, and are none themselves. */
const said = {
  metrics: { file: 'metrics.json', schema: z.record(z.string(), z.number()) },
  lists: {
    file: 'lists.json',
    schema: z.record(slug, z.array(paramValue).max(fanOutLimit)),
  },
};

/**
 * Makes outputs of the files that a program left in `directory`: `scores.csv` becomes the output
 * `scores`. `metrics.json` and `lists.json` become the manifest's metrics and lists. `undefined`
 * when nothing was left; `JOB_OUTPUT_INVALID` for what cannot be an output, and then nothing is.
 */
export async function collectOutputs(
  directory: string,
  addOutput: JobContext['addOutput'],
): Promise<JobResult | undefined> {
  const entries = await readdir(directory, { withFileTypes: true });
  if (entries.length === 0) return undefined;
  const outputs = entries
    .filter(({ name }) => name !== said.metrics.file && name !== said.lists.file)
    .map((entry) => ({ file: entry.name, name: outputName(entry.name, entry.isFile()) }))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
  const has = (file: string) => entries.some(({ name }) => name === file);
  const metrics = has(said.metrics.file) && (await read(directory, said.metrics));
  const lists = has(said.lists.file) && (await read(directory, said.lists));
  outputs.forEach(({ file, name }, index) => {
    const twin = outputs.slice(0, index).find((other) => other.name === name);
    if (twin) throw invalid(file, `${twin.file} is the output ${name} already`);
  });
  for (const { file, name } of outputs) await addOutput(name, join(directory, file));
  return { ...(metrics && { metrics }), ...(lists && { lists }) };
}

function outputName(file: string, isFile: boolean): string {
  if (!isFile) throw invalid(file, 'only plain files can, and none in folders');
  if (file === 'manifest.json' || file === 'error.json')
    throw invalid(file, 'the name is reserved');
  const name = slug.safeParse(file.replace(/\.[^.]*$/, ''));
  if (name.success) return name.data;
  throw invalid(file, `before the ending ${name.error.issues[0]?.message}`);
}

async function read<T>(
  directory: string,
  { file, schema }: { file: string; schema: z.ZodType<T> },
): Promise<T> {
  try {
    return schema.parse(JSON.parse(await readFile(join(directory, file), 'utf8')));
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const reason = issue ? `${issue.path.join('.')}: ${issue.message}` : 'expected JSON';
    throw invalid(file, reason);
  }
}

const invalid = (file: string, expected: string) =>
  new TriadError('JOB_OUTPUT_INVALID', { file, expected });
