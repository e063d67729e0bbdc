import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  identify,
  isAlive,
  type ProcessEntry,
  parsePs,
  processTree,
  readProcessTable,
} from '@triad/shared/jobs/process-table.ts';

const entry = (pid: number, parent: number, group: number): ProcessEntry => ({
  pid,
  parent,
  group,
  startedAt: `start of ${pid}`,
  residentBytes: 1000,
});
const tableOf = (...entries: ProcessEntry[]) => new Map(entries.map((e) => [e.pid, e]));
const identityOf = (pid: number) => ({ pid, startedAt: `start of ${pid}` });
const pids = (tree: ProcessEntry[]) => tree.map(({ pid }) => pid).sort((a, b) => a - b);

describe('the process table', () => {
  test('knows this process as the operating system does', () => {
    const self = readProcessTable().get(process.pid);
    assert.equal(self?.parent, process.ppid);
    const resident = process.memoryUsage.rss();
    assert.ok(Math.abs((self?.residentBytes ?? 0) - resident) < resident / 4);
    assert.deepEqual(identify(process.pid), { pid: process.pid, startedAt: self?.startedAt });
    assert.equal(identify(2 ** 22 + 1), undefined);
  });

  test('can be read from ps, which leaves out the dead', () => {
    const output = [
      '    1     0     1   9120 Ss   Mon Jan  5 08:00:00 2026',
      '  742     1   742  51200 S+   Mon Jan  5 09:30:01 2026',
      '  743   742   742      0 Z    Mon Jan  5 09:30:02 2026',
      '',
    ].join('\n');
    assert.deepEqual(parsePs(output), [
      {
        pid: 1,
        parent: 0,
        group: 1,
        startedAt: 'Mon Jan 5 08:00:00 2026',
        residentBytes: 9120 * 1024,
      },
      {
        pid: 742,
        parent: 1,
        group: 742,
        startedAt: 'Mon Jan 5 09:30:01 2026',
        residentBytes: 51200 * 1024,
      },
    ]);
  });
});

describe('the processes of a job', () => {
  const leader = identityOf(10);

  test('are its group and all that descends from it, and nobody else', () => {
    const table = tableOf(
      entry(1, 0, 1),
      entry(10, 1, 10),
      entry(11, 10, 10),
      entry(12, 11, 12),
      entry(13, 12, 13),
      entry(14, 1, 10),
      entry(20, 1, 20),
      entry(21, 20, 20),
    );
    assert.deepEqual(pids(processTree(table, leader)), [10, 11, 12, 13, 14]);
  });

  test('are still found by their group when the leader is gone', () => {
    const table = tableOf(entry(11, 1, 10), entry(12, 11, 12), entry(20, 1, 20));
    assert.deepEqual(pids(processTree(table, leader)), [11, 12]);
  });

  test('are still known when they left the group and their parent is gone', () => {
    const table = tableOf(entry(12, 1, 12), entry(13, 12, 12));
    assert.deepEqual(processTree(table, leader), []);
    assert.deepEqual(pids(processTree(table, leader, [identityOf(12)])), [12, 13]);
  });

  test('do not include the process that has the pid of the leader now', () => {
    const other = { ...entry(10, 1, 10), startedAt: 'later' };
    const table = tableOf(other, entry(11, 10, 10));
    assert.equal(isAlive(table, leader), false);
    assert.deepEqual(processTree(table, leader), []);
    assert.deepEqual(processTree(table, leader, [{ pid: 11, startedAt: 'before' }]), []);
  });
});
