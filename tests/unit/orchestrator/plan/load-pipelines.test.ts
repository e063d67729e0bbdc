import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { loadPipelines } from '../../../../orchestrator/plan/load-pipelines.ts';
import { FakeClock } from '../../../harness/fake-clock.ts';
import { temporaryDirectory } from '../../../harness/temporary-directory.ts';
import { until } from '../../../harness/until.ts';

const clock = new FakeClock();
const definition = (name: string) => ({
  version: 1,
  name,
  description: 'd',
  steps: [{ name: 'a', kind: 'sql' }],
});

const triggeredBy = (pipeline: string, name: string) => ({
  ...definition(name),
  triggers: [{ on: 'pipeline', pipeline }],
});

async function directoryOf(files: Record<string, string>): Promise<string> {
  const directory = await temporaryDirectory();
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  return directory;
}
const exporting = (value: unknown) => `export default ${JSON.stringify(value)};`;

test('the pipelines that Triad ships load', async () => {
  const directory = resolve(import.meta.dirname, '../../../../orchestrator/pipelines');
  assert.ok((await loadPipelines(directory, clock)).has('rfm'));
});

test('every TypeScript file of the directory is a pipeline, under its own name', async () => {
  const directory = await directoryOf({
    'one.ts': exporting(definition('first')),
    'two.ts': exporting(definition('second')),
    'README.md': 'not a pipeline',
  });
  assert.deepEqual([...(await loadPipelines(directory, clock)).keys()], ['first', 'second']);
});

test('an empty directory holds no pipelines', async () => {
  assert.equal((await loadPipelines(await directoryOf({}), clock)).size, 0);
});

const failures: Record<string, [Record<string, string>, object]> = {
  'a file that throws': [
    { 'bad.ts': `throw new Error('no such day');` },
    { code: 'PIPELINE_INVALID', message: /bad\.ts: the file does not load: no such day/ },
  ],
  'a file that does not parse': [
    { 'bad.ts': 'export default {' },
    { code: 'PIPELINE_INVALID', message: /bad\.ts: the file does not load: / },
  ],
  'a file without a default export': [
    { 'bad.ts': 'export const pipeline = 1;' },
    { code: 'INPUT_INVALID', message: /^pipeline bad\.ts: / },
  ],
  'two files that define one pipeline': [
    { 'a.ts': exporting(definition('same')), 'b.ts': exporting(definition('same')) },
    { code: 'PIPELINE_INVALID', message: /same: a second file, b\.ts, defines it/ },
  ],
  'pipelines that trigger each other': [
    { 'a.ts': exporting(triggeredBy('b', 'a')), 'b.ts': exporting(triggeredBy('a', 'b')) },
    { code: 'PIPELINE_INVALID', message: /pipelines trigger each other without end: a, b/ },
  ],
  'a trigger that gives what the pipeline does not take': [
    {
      'a.ts': exporting({
        ...definition('a'),
        triggers: [{ on: 'event', type: 't', params: { x: 'y' } }],
      }),
    },
    { code: 'PIPELINE_INVALID', message: /a: the trigger on event t gives x/ },
  ],
};
for (const [what, [files, expected]] of Object.entries(failures)) {
  test(`${what} is an error at start that names it`, async () => {
    await assert.rejects(loadPipelines(await directoryOf(files), clock), expected);
  });
}

test('a directory that cannot be read is PIPELINE_INVALID', async () => {
  await assert.rejects(loadPipelines(join(await temporaryDirectory(), 'none'), clock), {
    code: 'PIPELINE_INVALID',
    message: /the directory cannot be read/,
  });
});

test('a file that waits without end is refused, and no timer is left', async () => {
  const directory = await directoryOf({ 'bad.ts': 'await new Promise(() => {});' });
  const loading = assert.rejects(loadPipelines(directory, clock), {
    code: 'PIPELINE_INVALID',
    message: /bad\.ts: the file does not load: it is not done after 10 s/,
  });
  await until('the file to be read', async () => clock.pending === 1 || undefined);
  await clock.advance(10_000);
  await loading;
  assert.equal(clock.pending, 0);
});
