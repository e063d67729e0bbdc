import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Resources, resources } from '@triad/shared/contracts/resources.ts';
import { needsMachine } from '@triad/shared/jobs/cloud/jobs-by-resources.ts';

const cases: [Partial<Resources>, boolean][] = [
  [{}, false],
  [{ memoryMiB: 32_768, timeLimitSeconds: 86_400 }, false],
  [{ spot: false }, false],
  [{ accelerator: { type: 'NVIDIA_L4', count: 1 } }, true],
  [{ machine: 'c3-highcpu-8' }, true],
  [{ diskGiB: 1 }, true],
  [{ spot: true }, true],
  [{ flexStart: true }, true],
  [{ memoryMiB: 32_769 }, true],
  [{ timeLimitSeconds: 86_401 }, true],
];
for (const [asked, expected] of cases) {
  test(`${JSON.stringify(asked)} ${expected ? 'needs a machine' : 'is a task'}`, () => {
    assert.equal(needsMachine({ ...resources.parse({}), ...asked }), expected);
  });
}
