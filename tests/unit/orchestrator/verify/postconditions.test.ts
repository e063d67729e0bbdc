import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Interval } from '@triad/shared/contracts/interval.ts';
import type { Manifest } from '@triad/shared/contracts/manifest.ts';
import { postcondition } from '@triad/shared/contracts/postcondition.ts';
import type { z } from 'zod';
import { verifyPostconditions } from '../../../../orchestrator/verify/verify-postconditions.ts';
import { manifest } from '../../../harness/contract-documents.ts';

type Definition = z.input<typeof postcondition>;
type Part = Partial<Pick<Manifest, 'outputs' | 'tables' | 'metrics' | 'checks'>>;

interface Case {
  condition: Definition;
  manifest?: Part;
  /** The previous run's; none without it. */
  before?: Part;
  interval?: Interval;
  expected: string;
  actual: string;
}

// The manifest has an output `snapshot`, 12 rows of `rfm` and a metric `bg_nbd.r` of 0.2426, for
// the run date 2024-01-31.
const find = async ({
  condition,
  manifest: own = {},
  before,
  interval = null,
}: {
  condition: Definition;
  manifest?: Part;
  before?: Part;
  interval?: Interval | null;
}) => {
  const result = { outputs: [], tables: [], metrics: {}, notes: [], ...before };
  const [finding] = await verifyPostconditions([postcondition.parse(condition)], {
    plan: { runDate: '2024-01-31', interval },
    manifest: { ...manifest, ...own },
    previous: async () => before && { runId: 'r0', runDate: '2024-01-30', result },
  });
  return finding;
};

const rfm = (rows: number, watermark?: string): Part => ({
  tables: [{ table: 'rfm', rows, ...(watermark !== undefined && { watermark }) }],
});
const auc = (value: number): Part => ({ metrics: { auc: value } });
const checked = (...results: ('passed' | 'failed' | 'skipped')[]): Part => ({
  checks: results.map((result, index) => ({ name: `c${index}`, result })),
});
const dropOf = (maxDrop: number) => ({ kind: 'metric', metric: 'auc', maxDrop }) as const;
const watermarkOfRfm = { kind: 'watermark', table: 'rfm' } as const;
const hour: Interval = { start: '2024-01-31T05:00:00.000Z', end: '2024-01-31T06:00:00.000Z' };

const holding: Record<string, Case[]> = {
  output: [
    {
      condition: { kind: 'output', name: 'snapshot' },
      expected: 'the output in the manifest',
      actual: 'written',
    },
  ],
  outputs: [
    {
      condition: { kind: 'outputs', names: ['snapshot'] },
      expected: 'snapshot',
      actual: 'all written',
    },
  ],
  rows: [
    { condition: { kind: 'rows', table: 'rfm' }, expected: 'at least 1', actual: '12' },
    {
      condition: { kind: 'rows', table: 'rfm', min: 12, max: 12 },
      expected: 'at least 12 and at most 12',
      actual: '12',
    },
    {
      condition: { kind: 'rows', table: 'rfm', maxChange: 0.5 },
      before: rfm(8),
      expected: 'at least 1 and at least 4 (8 before) and at most 12 (8 before)',
      actual: '12',
    },
    {
      condition: { kind: 'rows', table: 'rfm', maxChange: 0.1 },
      expected: 'at least 1',
      actual: '12',
    },
    {
      condition: { kind: 'rows', table: 'rfm', maxChange: 0.1 },
      before: rfm(0),
      expected: 'at least 1',
      actual: '12',
    },
  ],
  partition: [
    {
      condition: { kind: 'partition', table: 'rfm' },
      expected: 'rows of 2024-01-31',
      actual: '12 rows',
    },
  ],
  metric: [
    { condition: { kind: 'metric', metric: 'bg_nbd.r' }, expected: 'a value', actual: '0.2426' },
    {
      condition: { kind: 'metric', metric: 'bg_nbd.r', min: 0.2426, max: 0.2426 },
      expected: 'at least 0.2426 and at most 0.2426',
      actual: '0.2426',
    },
    { condition: dropOf(0.1), manifest: auc(0.7), expected: 'a value', actual: '0.7' },
    {
      condition: dropOf(0.125),
      manifest: auc(0.7),
      before: auc(0.8),
      expected: 'at least 0.7 (0.8 before)',
      actual: '0.7',
    },
    {
      condition: { kind: 'metric', metric: 'auc', maxRise: 2, change: 'absolute' },
      manifest: auc(-8),
      before: auc(-10),
      expected: 'at most -8 (-10 before)',
      actual: '-8',
    },
    {
      condition: { kind: 'metric', metric: 'auc', better: 'higher' },
      manifest: auc(0.9),
      before: auc(0.8),
      expected: 'at least 0.8 (0.8 before)',
      actual: '0.9',
    },
  ],
  watermark: [
    {
      condition: watermarkOfRfm,
      manifest: rfm(1, '2024-01-31'),
      expected: 'a watermark',
      actual: '2024-01-31',
    },
    {
      condition: watermarkOfRfm,
      manifest: rfm(1, '2024-01-31'),
      before: rfm(1, '2024-01-30'),
      expected: 'after 2024-01-30',
      actual: '2024-01-31',
    },
    {
      condition: { ...watermarkOfRfm, mayStay: true },
      manifest: rfm(1, '2024-01-30'),
      before: rfm(1, '2024-01-30'),
      expected: 'not before 2024-01-30',
      actual: '2024-01-30',
    },
  ],
  freshness: [
    {
      condition: { kind: 'freshness', table: 'rfm', maxAgeSeconds: 0 },
      manifest: rfm(1, '2024-01-31'),
      expected: 'data up to at most 0 s before 2024-02-01T00:00:00.000Z',
      actual: '2024-01-31, 0 s before',
    },
    {
      condition: { kind: 'freshness', table: 'rfm', maxAgeSeconds: 86_400 },
      manifest: rfm(1, '2024-01-30'),
      expected: 'data up to at most 86400 s before 2024-02-01T00:00:00.000Z',
      actual: '2024-01-30, 86400 s before',
    },
    {
      condition: { kind: 'freshness', table: 'rfm', maxAgeSeconds: 60 },
      manifest: rfm(1, '2024-01-31T05:59:00.000Z'),
      interval: hour,
      expected: 'data up to at most 60 s before 2024-01-31T06:00:00.000Z',
      actual: '2024-01-31T05:59:00.000Z, 60 s before',
    },
    {
      condition: { kind: 'freshness', table: 'rfm', maxAgeSeconds: 0 },
      manifest: rfm(1, '2024-01-31'),
      interval: hour,
      expected: 'data up to at most 0 s before 2024-01-31T06:00:00.000Z',
      actual: '2024-01-31, 0 s before',
    },
  ],
  checks: [
    {
      condition: { kind: 'checks', min: 2 },
      manifest: checked('passed', 'passed'),
      expected: 'at least 2, all passed',
      actual: '2 of 2 passed',
    },
    {
      condition: { kind: 'checks', names: ['c0'] },
      manifest: checked('passed', 'failed'),
      expected: 'passed',
      actual: '1 of 1 passed',
    },
  ],
};

const failing: Record<string, Case[]> = {
  output: [
    {
      condition: { kind: 'output', name: 'model' },
      expected: 'the output in the manifest',
      actual: 'only snapshot',
    },
    {
      condition: { kind: 'output', name: 'model' },
      manifest: { outputs: [] },
      expected: 'the output in the manifest',
      actual: 'no outputs',
    },
  ],
  outputs: [
    {
      condition: { kind: 'outputs', names: ['snapshot', 'model'] },
      expected: 'snapshot, model',
      actual: 'only snapshot',
    },
  ],
  rows: [
    { condition: { kind: 'rows', table: 'rfm', min: 13 }, expected: 'at least 13', actual: '12' },
    {
      condition: { kind: 'rows', table: 'rfm', max: 11 },
      expected: 'at least 1 and at most 11',
      actual: '12',
    },
    { condition: { kind: 'rows', table: 'clv', min: 0 }, expected: 'at least 0', actual: 'none' },
    {
      condition: { kind: 'rows', table: 'rfm', maxChange: 0.1 },
      before: rfm(100),
      expected: 'at least 1 and at least 90 (100 before) and at most 110 (100 before)',
      actual: '12',
    },
  ],
  partition: [
    {
      condition: { kind: 'partition', table: 'rfm' },
      manifest: rfm(0),
      expected: 'rows of 2024-01-31',
      actual: '0 rows',
    },
    {
      condition: { kind: 'partition', table: 'clv' },
      expected: 'rows of 2024-01-31',
      actual: 'the table was not published',
    },
  ],
  metric: [
    {
      condition: { kind: 'metric', metric: 'bg_nbd.r', max: 0.2 },
      expected: 'at most 0.2',
      actual: '0.2426',
    },
    { condition: { kind: 'metric', metric: 'bg_nbd.a' }, expected: 'a value', actual: 'none' },
    {
      condition: dropOf(0.1),
      manifest: auc(0.7),
      before: auc(0.8),
      expected: 'at least 0.72 (0.8 before)',
      actual: '0.7',
    },
    {
      condition: { kind: 'metric', metric: 'auc', maxRise: 1, change: 'absolute' },
      manifest: auc(-8),
      before: auc(-10),
      expected: 'at most -9 (-10 before)',
      actual: '-8',
    },
    {
      condition: { kind: 'metric', metric: 'auc', better: 'lower' },
      manifest: auc(0.9),
      before: auc(0.8),
      expected: 'at most 0.8 (0.8 before)',
      actual: '0.9',
    },
  ],
  watermark: [
    { condition: watermarkOfRfm, expected: 'a watermark', actual: 'none' },
    {
      condition: watermarkOfRfm,
      manifest: rfm(1, '2024-01-30'),
      before: rfm(1, '2024-01-30'),
      expected: 'after 2024-01-30',
      actual: '2024-01-30',
    },
    {
      condition: { ...watermarkOfRfm, mayStay: true },
      manifest: rfm(1, '2024-01-29T23:59:59.999Z'),
      before: rfm(1, '2024-01-29'),
      expected: 'not before 2024-01-29',
      actual: '2024-01-29T23:59:59.999Z',
    },
  ],
  freshness: [
    {
      condition: { kind: 'freshness', table: 'rfm', maxAgeSeconds: 86_399 },
      manifest: rfm(1, '2024-01-30'),
      expected: 'data up to at most 86399 s before 2024-02-01T00:00:00.000Z',
      actual: '2024-01-30, 86400 s before',
    },
    {
      condition: { kind: 'freshness', table: 'rfm', maxAgeSeconds: 60 },
      expected: 'data up to at most 60 s before 2024-02-01T00:00:00.000Z',
      actual: 'no watermark',
    },
  ],
  checks: [
    { condition: { kind: 'checks' }, expected: 'at least 1, all passed', actual: '0 of 0 passed' },
    {
      condition: { kind: 'checks' },
      manifest: checked('passed', 'skipped', 'failed'),
      expected: 'at least 1, all passed',
      actual: '1 of 3 passed; c1 skipped; c2 failed',
    },
    {
      condition: { kind: 'checks', names: ['c1', 'unique'] },
      manifest: {
        checks: [{ name: 'c1', result: 'failed', failingRows: 2, sample: '{"id":7}' }],
      },
      expected: 'passed',
      actual: '0 of 2 passed; c1 failed with 2 rows, such as {"id":7}; unique did not run',
    },
  ],
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
