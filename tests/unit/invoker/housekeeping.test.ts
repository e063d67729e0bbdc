import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { CachedFiles } from '@triad/shared/artifacts/cached-files.ts';
import type { StepKind } from '@triad/shared/contracts/step-kind.ts';
import { JobRecords } from '@triad/shared/jobs/job-records.ts';
import { Housekeeping } from '../../../invoker/housekeeping.ts';
import { FakeClock } from '../../harness/fake-clock.ts';
import { jobSpecWith } from '../../harness/job-spec.ts';
import { recordingLogger } from '../../harness/recording-logger.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

const dayMs = 86_400_000;
let clock: FakeClock;
let jobs: string;
let home: string;
let records: JobRecords;
const daysAgo = (days: number) => new Date(clock.now().getTime() - days * dayMs);
const ageOf = (path: string, days: number) => utimesSync(path, daysAgo(days), daysAgo(days));

beforeEach(async () => {
  clock = new FakeClock('2024-06-01T00:00:00.000Z');
  home = await temporaryDirectory();
  jobs = join(home, 'jobs');
  records = new JobRecords(jobs);
});

function job(id: string, endedDaysAgo?: number, kind: StepKind = 'sql'): void {
  const createdAt = daysAgo(99).toISOString();
  const record = {
    spec: jobSpecWith({}, { id, kind }),
    createdAt,
    process: null,
    stopping: null,
    end: null,
  };
  records.create(record);
  if (endedDaysAgo === undefined) return;
  const endedAt = daysAgo(endedDaysAgo).toISOString();
  const end = { state: 'succeeded' as const, exitCode: 0, error: null, endedAt };
  records.update({ ...record, end });
}

/** Tidies once and stops. */
async function tidy(days?: number): Promise<void> {
  const keeper = new Housekeeping({
    jobsDirectories: [jobs],
    temporaryDirectory: join(home, 'temporary'),
    poolDirectory: join(jobs, '.pool'),
    copiesDirectory: join(home, 'copies'),
    days,
    clock,
    log: recordingLogger().log,
  });
  await keeper.start();
  await keeper.stop();
}

test('folders of jobs that ended long ago go; those of running ones stay', async () => {
  job('old:step:1', 31);
  job('new:step:1', 29);
  job('running:step:1');
  await tidy();
  assert.equal((await records.ids()).length, 3);
  await tidy(30);
  assert.deepEqual(await records.ids(), ['new:step:1', 'running:step:1']);
  assert.deepEqual(await records.running(), ['running:step:1']);
});

test('folders of looks of sensors go after a day, whatever is kept', async () => {
  job('look:value:1', 2, 'sense');
  job('new-look:value:1', 0, 'sense');
  job('old:step:1', 2);
  await tidy();
  assert.deepEqual(await records.ids(), ['new-look:value:1', 'old:step:1']);
});

test('what dead processes left goes after a day', async () => {
  for (const folder of [join(home, 'temporary'), join(jobs, '.pool')]) {
    mkdirSync(join(folder, 'old'), { recursive: true });
    writeFileSync(join(folder, 'old', 'body'), 'x');
    writeFileSync(join(folder, 'new'), 'x');
    ageOf(join(folder, 'old'), 2);
    ageOf(join(folder, 'new'), 0);
  }
  await tidy();
  assert.deepEqual(readdirSync(join(home, 'temporary')), ['new']);
  assert.deepEqual(readdirSync(join(jobs, '.pool')), ['new']);
});

test('local copies of objects go when they were not used for a week', async () => {
  const folder = join(home, 'copies', 'models');
  const cache = new CachedFiles(folder, clock);
  const [used, unused] = await Promise.all(
    ['used', 'unused'].map(async (name) => {
      const file = cache.fileFor(`gs://models/${name}.csv`, '1');
      await cache.add(file, async (temporary) => {
        writeFileSync(temporary, 'x');
        return true;
      });
      ageOf(dirname(file), 8);
      return file;
    }),
  );
  writeFileSync(join(folder, '.temporary', 'of-the-dead'), 'x');
  ageOf(join(folder, '.temporary', 'of-the-dead'), 8);
  assert.equal(await cache.has(`${used}`, 1), true);
  await tidy();
  assert.deepEqual([existsSync(`${used}`), existsSync(`${unused}`)], [true, false]);
  assert.deepEqual(readdirSync(join(folder, '.temporary')), []);
});

test('a home without any of these folders is well', async () => {
  await tidy(1);
  assert.equal(existsSync(join(home, 'temporary')), false);
});
