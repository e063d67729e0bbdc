import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { queryFailure } from '../../../cli/warehouse/query-failure.ts';

test('the failure of a query is found among warnings', () => {
  const denied = new TriadError('WAREHOUSE_DENIED', { path: 'BigQuery of p', reason: 'nobody' });
  const line = JSON.stringify({ error: denied.report() });
  const warning = '(node:1) MetadataLookupWarning: {"code":403}\n(Use `node --trace-warnings`)';
  for (const complaint of [line, `${line}\n`, `${line}\n${warning}\n`, `${warning}\n${line}\n`]) {
    const { code, message } = queryFailure(complaint);
    assert.deepEqual([code, message], [denied.code, denied.message]);
  }
});

test('a process that dies without a word of its own is a bug, and what it wrote is told', () => {
  const { code, message } = queryFailure('node: out of memory\n');
  assert.equal(code, 'INTERNAL');
  assert.match(message, /out of memory/);
});
