import type { Command } from '@triad/shared/contracts/command.ts';
import type { Manifest } from '@triad/shared/contracts/manifest.ts';
import type { Outcome } from '@triad/shared/contracts/outcome.ts';

const pins = { planHash: 'a'.repeat(64), codeRevision: 'test', seed: 7 };
const reference = { path: 'runs/r1/load/1/x.parquet', bytes: 3, sha256: 'b'.repeat(64) };

/** One valid document of each versioned contract. */
export const command: Command = {
  version: 1,
  id: 'r1:load:1',
  runId: 'r1',
  step: 'load',
  attempt: 1,
  job: 'sql-runner',
  kind: 'load',
  runDate: '2024-01-31',
  params: { source: 'orders', limit: 5, strict: true },
  inputs: [{ ...reference, name: 'snapshot', step: 'export' }],
  resources: { memoryMiB: 512, timeLimitSeconds: 60 },
  pins,
};

export const outcome: Outcome = {
  version: 1,
  commandId: 'r1:load:1',
  state: 'failed',
  exitCode: 75,
  error: { code: 'JOB_LOST', message: 'm', fix: 'f', retryable: true },
  startedAt: '2024-02-01T06:00:00.000Z',
  endedAt: '2024-02-01T06:00:01.000Z',
};

export const manifest: Manifest = {
  version: 1,
  commandId: 'r1:load:1',
  runDate: '2024-01-31',
  outputs: [{ ...reference, name: 'snapshot', rows: 12 }],
  tables: [{ table: 'rfm', rows: 12 }],
  metrics: { 'bg_nbd.r': 0.2426 },
  notes: ['nothing of note'],
  lineage: { ...pins, inputs: [], sqlHash: 'c'.repeat(64) },
  startedAt: '2024-02-01T06:00:00.000Z',
  finishedAt: '2024-02-01T06:00:01.000Z',
};

export const cancellation = { version: 1, commandId: 'r1:load:1' } as const;
