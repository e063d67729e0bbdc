import type { Interval } from '@triad/shared/contracts/interval.ts';
import type { Manifest } from '@triad/shared/contracts/manifest.ts';
import type { postcondition } from '@triad/shared/contracts/postcondition.ts';
import type { z } from 'zod';

export type Definition = z.input<typeof postcondition>;
type Part = Partial<Pick<Manifest, 'outputs' | 'tables' | 'metrics' | 'checks'>>;

/** What is found of a condition, for `manifest` of the harness with some of it replaced. */
export interface Case {
  condition: Definition;
  manifest?: Part;
  /** The previous run's; none without it. */
  before?: Part;
  interval?: Interval;
  expected: string;
  actual: string;
}

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

export const holding: Record<string, Case[]> = {
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

export const failing: Record<string, Case[]> = {
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
