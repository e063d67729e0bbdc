import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseCancellation, parseCommand } from '@triad/shared/contracts/command.ts';
import { parseJobSpec } from '@triad/shared/contracts/job-spec.ts';
import { parseManifest } from '@triad/shared/contracts/manifest.ts';
import { parseOutcome } from '@triad/shared/contracts/outcome.ts';
import * as documents from '../../harness/contract-documents.ts';

const contracts: [string, (input: unknown) => unknown, object][] = [
  ['command', parseCommand, documents.command],
  ['cancellation', parseCancellation, documents.cancellation],
  ['job spec', parseJobSpec, documents.command],
  ['outcome', parseOutcome, documents.outcome],
  ['manifest', parseManifest, documents.manifest],
];

for (const [name, parse, valid] of contracts) {
  describe(`the contract of a ${name}`, () => {
    test('a valid document passes unchanged, also through JSON', () => {
      assert.deepEqual(parse(JSON.parse(JSON.stringify(valid))), valid);
    });

    test('a version this build does not know is CONTRACT_VERSION_UNKNOWN, whatever else changed', () => {
      assert.throws(() => parse({ version: 2, everything: 'else' }), {
        code: 'CONTRACT_VERSION_UNKNOWN',
        message: `Version 2 of ${name} is not known here; this build reads 1.`,
      });
    });

    test('no version, or one that is no number, is INPUT_INVALID', () => {
      for (const wrong of [undefined, '1', 1.5, null]) {
        assert.throws(() => parse({ ...valid, version: wrong }), {
          code: 'INPUT_INVALID',
          message: /version/,
        });
      }
    });

    test('a field too many, or one too few, is INPUT_INVALID and named', () => {
      assert.throws(() => parse({ ...valid, surplus: 1 }), {
        code: 'INPUT_INVALID',
        message: /surplus/,
      });
      for (const field of Object.keys(valid)) {
        if (field === 'version') continue;
        assert.throws(() => parse({ ...valid, [field]: undefined }), {
          code: 'INPUT_INVALID',
          message: new RegExp(field),
        });
      }
    });

    test('what is no document at all is INPUT_INVALID', () => {
      for (const nothing of [null, undefined, 'text', 7, []]) {
        assert.throws(() => parse(nothing), { code: 'INPUT_INVALID' });
      }
    });
  });
}

test('a manifest holds no metric that is not finite', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, null]) {
    const manifest = { ...documents.manifest, metrics: { loss: value } };
    assert.throws(() => parseManifest(manifest), {
      code: 'INPUT_INVALID',
      message: /metrics.loss/,
    });
  }
});

test('a manifest names each of its outputs differently', () => {
  const [output] = documents.manifest.outputs;
  const manifest = { ...documents.manifest, outputs: [output, output] };
  assert.throws(() => parseManifest(manifest), {
    code: 'INPUT_INVALID',
    message: /each output name once/,
  });
});
