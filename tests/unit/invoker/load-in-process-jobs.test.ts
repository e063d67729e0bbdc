import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadInProcessJobs } from '../../../invoker/load-in-process-jobs.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

async function moduleOf(text: string): Promise<string> {
  const file = join(await temporaryDirectory(), 'job.mjs');
  await writeFile(file, text);
  return file;
}

test('the default export of each module is its job, warmed up', async () => {
  const mark = await moduleOf(`
    let warm = false;
    export default {
      name: 'mark',
      handlers: { container: async () => ({ metrics: { warm: Number(warm) } }) },
      warmUp: async () => { warm = true; },
    };`);
  const { mark: job } = await loadInProcessJobs({ mark }, []);
  const result = await job?.handlers.container?.({} as never);
  assert.deepEqual(result, { metrics: { warm: 1 } });
});

const wrong: Record<string, { text: string; taken?: string[]; message: RegExp }> = {
  'a module that throws': { text: "throw new Error('broken on load')", message: /broken on load/ },
  'a module without a default export': { text: 'export const a = 1', message: /to be a job/ },
  'an export without handlers': {
    text: "export default { name: 'a', handlers: {} }",
    message: /to be a job/,
  },
  'a name that is taken': { text: '', taken: ['mark'], message: /no job named mark/ },
};
for (const [what, { text, taken = [], message }] of Object.entries(wrong)) {
  test(`${what} is refused at the start, by the name of the variable`, async () => {
    const mark = await moduleOf(text);
    await assert.rejects(loadInProcessJobs({ mark }, taken), (error: Error) => {
      assert.match(error.message, message);
      assert.match(error.message, /TRIAD_IN_PROCESS_JOBS/);
      return 'code' in error && error.code === 'CONFIG_INVALID';
    });
  });
}
