import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { JobRecord } from '@triad/shared/jobs/job-record.ts';
import { JobRecords, parseRecord } from '@triad/shared/jobs/job-records.ts';
import { jobSpecWith } from '../../harness/job-spec.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

const recordOf = (changes: Partial<JobRecord> = {}): JobRecord => ({
  spec: jobSpecWith({}),
  createdAt: '2026-01-31T00:00:00.000Z',
  process: null,
  stopping: null,
  end: null,
  ...changes,
});

const end = { state: 'succeeded', exitCode: 0, error: null, endedAt: '2026-01-31T00:01:00.000Z' };

test('the last update counts, and an ended job is no longer among the running', async () => {
  const records = new JobRecords(await temporaryDirectory());
  const record = recordOf();
  const { id } = record.spec;
  assert.equal(records.create(record), true);
  assert.equal(records.create(record), false);
  assert.deepEqual(await records.running(), [id]);
  const ended = { ...record, end } as JobRecord;
  records.update(ended);
  assert.deepEqual(await records.read(id), ended);
  assert.deepEqual(await records.running(), []);
  assert.equal(records.create(record), false);
});

test('a name among the running that a dead launcher left keeps no job from its record', async () => {
  const directory = await temporaryDirectory();
  const records = new JobRecords(directory);
  const record = recordOf();
  writeFileSync(join(directory, '.running', record.spec.id), '');
  assert.equal(records.create(record), true);
  assert.deepEqual(await records.running(), [record.spec.id]);
});

test('a line that was cut short leaves the one before it in force, and spoils none after it', async () => {
  const records = new JobRecords(await temporaryDirectory());
  const record = recordOf();
  const { id } = record.spec;
  records.create(record);
  const { record: file } = records.folder(id);
  appendFileSync(file, readFileSync(file, 'utf8').slice(0, 40));
  assert.deepEqual(await records.read(id), record);
  const ended = { ...record, end } as JobRecord;
  records.update(ended);
  assert.deepEqual(await records.read(id), ended);
});

test('a record of version 0.1 is read, and updated', async () => {
  const records = new JobRecords(await temporaryDirectory());
  const record = recordOf();
  records.create(record);
  writeFileSync(records.folder(record.spec.id).record, JSON.stringify(record, null, 2));
  assert.deepEqual(await records.read(record.spec.id), record);
  appendFileSync(records.folder(record.spec.id).record, '\n{"spec":{"ver');
  assert.deepEqual(await records.read(record.spec.id), record);
  const ended = { ...record, end } as JobRecord;
  records.update(ended);
  assert.deepEqual(await records.read(record.spec.id), ended);
});

test('what holds no record is a SyntaxError', () => {
  for (const text of ['', '\n', '\n{"spec"']) assert.throws(() => parseRecord(text), SyntaxError);
});
