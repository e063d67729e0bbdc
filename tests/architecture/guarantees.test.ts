import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { commandOf, guaranteesDocument, withoutRuns } from '../guarantees/document.ts';
import { guarantees } from '../guarantees/guarantees.ts';

const repository = resolve(import.meta.dirname, '../..');
const proofs = guarantees.flatMap((guarantee) => guarantee.proofs);

test('every proof of a guarantee exists', () => {
  const { scripts } = JSON.parse(readFileSync(resolve(repository, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  for (const { where, test: name } of proofs) {
    const path = resolve(repository, where);
    assert.ok(where in scripts || existsSync(path), where);
    if (name) assert.ok(readFileSync(path, 'utf8').includes(name), `${where}: ${name}`);
  }
});

test('the results of a proof are those of the command that runs it', () => {
  const commands = {
    chaos: 'chaos',
    'tests/flow/faults.test.ts': 'tests',
    'tests/golden/rfm.external.test.ts': 'external',
    'tests/flow/google-cloud.emulators.test.ts': 'emulators',
    'tests/conformance/messenger.pubsub.external.test.ts': 'emulators',
    'tests/conformance/job-launcher.vertex.external.test.ts': 'emulators',
  };
  for (const [where, command] of Object.entries(commands)) assert.equal(commandOf(where), command);
});

test('GUARANTEES.md is what npm run guarantees writes', () => {
  const written = readFileSync(resolve(repository, 'GUARANTEES.md'), 'utf8');
  assert.equal(withoutRuns(written), withoutRuns(guaranteesDocument(guarantees)));
});
