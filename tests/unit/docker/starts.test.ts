import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkStarts } from '../../../docker/check/starts.ts';

test('the best start counts', () => {
  assert.match(checkStarts('/healthcheck', [2400, 1500, 1600]), /2400, 1500, 1600 ms/);
  assert.throws(() => checkStarts('/healthcheck', [1501, 1502, 9000]), {
    message: /after 1501, 1502, 9000 ms: the best is above 1500 ms/,
  });
});

test('where the machine may be slow a late start is told', () => {
  const reportOnly = true;
  assert.match(checkStarts('/healthcheck', [1501, 1502], { reportOnly }), /^LATE: .*above 1500 ms/);
  assert.doesNotMatch(checkStarts('/healthcheck', [1500], { reportOnly }), /LATE/);
});
