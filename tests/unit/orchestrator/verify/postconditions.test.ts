import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { postcondition } from '@triad/shared/contracts/postcondition.ts';
import { verifyPostconditions } from '../../../../orchestrator/verify/verify-postconditions.ts';
import { manifest } from '../../../harness/contract-documents.ts';
import { type Case, type Definition, failing, holding } from './postcondition-cases.ts';

// The manifest has an output `snapshot`, 12 rows of `rfm` and a metric `bg_nbd.r` of 0.2426, for
// the run date 2024-01-31.
const find = async ({
  condition,
  manifest: own = {},
  before,
  interval,
}: Omit<Case, 'expected' | 'actual'>) => {
  const result = { outputs: [], tables: [], metrics: {}, notes: [], ...before };
  const [finding] = await verifyPostconditions([postcondition.parse(condition)], {
    plan: { runDate: '2024-01-31', interval: interval ?? null },
    manifest: { ...manifest, ...own },
    previous: async () => before && { runId: 'r0', runDate: '2024-01-30', result },
  });
  return finding;
};

for (const [cases, ok] of [
  [holding, true],
  [failing, false],
] as const) {
  for (const [kind, ofKind] of Object.entries(cases)) {
    describe(`${kind} ${ok ? 'holds' : 'does not hold'}`, () => {
      for (const one of ofKind) {
        test(`expected ${one.expected}, found ${one.actual}`, async () => {
          const { expected, actual } = one;
          const finding = await find(one);
          assert.deepEqual(finding, { name: finding?.name, ok, expected, actual });
          assert.match(finding.name, new RegExp(`^${kind}|^checks c`));
        });
      }
    });
  }
}

test('all postconditions are judged, in their order, also after one that does not hold', async () => {
  const conditions: Definition[] = [
    { kind: 'rows', table: 'rfm', min: 13 },
    { kind: 'output', name: 'snapshot' },
    { kind: 'metric', metric: 'none' },
  ];
  const findings = await verifyPostconditions(
    conditions.map((one) => postcondition.parse(one)),
    { plan: { runDate: '2024-01-31', interval: null }, manifest, previous: async () => undefined },
  );
  assert.deepEqual(
    findings.map(({ name, ok }) => [name, ok]),
    [
      ['rows of rfm', false],
      ['output snapshot', true],
      ['metric none', false],
    ],
  );
});

test('the previous run is not asked for where nothing is compared with it', async () => {
  await verifyPostconditions(
    [postcondition.parse({ kind: 'rows', table: 'rfm', min: 1, max: 20 })],
    {
      plan: { runDate: '2024-01-31', interval: null },
      manifest,
      previous: () => assert.fail('it was asked for'),
    },
  );
});

test('what should have become a step of its own never passes unverified', async () => {
  for (const condition of [
    { kind: 'canary' },
    { kind: 'sql', name: 'n', query: 'SELECT 1', min: 1 },
  ] as const) {
    assert.equal((await find({ condition }))?.ok, false);
  }
});

const refused: [object, RegExp][] = [
  [{ kind: 'sql', name: 'n', query: 'SELECT 1' }, /expected min or max beside a number/],
  [{ kind: 'sql', name: 'n', query: 'x', returns: 'offending_rows', min: 1 }, /neither beside/],
  [{ kind: 'http', url: 'file:///etc/passwd' }, /expected an http or https URL/],
  [{ kind: 'http', url: 'http://u:p@x/' }, /expected a URL without a password/],
  [{ kind: 'http', url: 'http://x/', pointer: 'items' }, /expected a JSON pointer/],
  [{ kind: 'http', url: 'http://x/', min: 1 }, /expected a pointer to the value/],
  [{ kind: 'outputs', names: [] }, /names/],
  [{ kind: 'rows', table: '' }, /table/],
  [{ kind: 'metric', metric: 'm', maxDrop: -1 }, /maxDrop/],
];
for (const [definition, message] of refused) {
  test(`${JSON.stringify(definition)} is refused when the pipeline is loaded`, () => {
    const { error } = postcondition.safeParse(definition);
    assert.match(JSON.stringify(error?.issues), message);
  });
}
