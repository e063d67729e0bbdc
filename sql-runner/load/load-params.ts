import { extname, isAbsolute, resolve } from 'node:path';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { RowFile } from '@triad/shared/warehouse/warehouse.ts';
import { z } from 'zod';
import { stepParams } from '../run/step-params.ts';
import { readSource, type Source } from './source.ts';

const atLeastOne = z.int().min(1);

const params = z.object({
  /** `name`, or `name:path` of the file to load. */
  source: z.string().min(1),
  /** Rows per batch and how many batches to read at most; they win over the source's own. */
  batch_size: atLeastOne.optional(),
  max_batches: atLeastOne.optional(),
  /** How many customers to simulate. */
  customers: atLeastOne.default(5000),
});

/** What a load step is to do, completely. */
export type LoadRequest = {
  source: Source;
  /** Rows to read at most. */
  limit: number | undefined;
} & (
  | { kind: 'file'; path: string; format: RowFile['format'] }
  | { kind: 'simulated'; customers: number }
);

export function loadRequestOf(spec: JobSpec, sqlDirectory: string): LoadRequest {
  const given = stepParams(params, spec);
  const [name = '', ...rest] = given.source.split(':');
  const source = readSource(sqlDirectory, name);
  const limit = limitOf(
    given.batch_size ?? source.batch_size,
    given.max_batches ?? source.max_batches,
  );
  if (source.format === 'simulated') {
    return { source, limit, kind: 'simulated', customers: given.customers };
  }
  const path = rest.join(':');
  if (path === '') {
    const expected = `${name}:path, because this source reads a file`;
    throw new TriadError('INPUT_INVALID', { where: 'load', field: 'source', expected });
  }
  const file = isAbsolute(path) || isObject(path) ? path : resolve(path);
  return { source, limit, kind: 'file', path: file, format: formatOf(source, file) };
}

/** Whether a path is that of an object in Cloud Storage: `gs://bucket/name`. */
export const isObject = (path: string): boolean => path.startsWith('gs://');

/** Batches bound what is read; the engine streams a file by itself, however long. */
function limitOf(batchSize: number | undefined, maxBatches: number | undefined) {
  if (maxBatches === undefined) return undefined;
  if (batchSize !== undefined) return batchSize * maxBatches;
  const expected = 'a batch_size when max_batches is given';
  throw new TriadError('INPUT_INVALID', { where: 'load', field: 'batch_size', expected });
}

const formats: Record<string, RowFile['format']> = {
  '.csv': 'csv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.parquet': 'parquet',
};

function formatOf({ format }: Source, path: string): RowFile['format'] {
  if (format !== 'any' && format !== 'simulated') return format;
  const known = formats[extname(path).toLowerCase()];
  if (known) return known;
  const reason = `its ending says none of ${Object.keys(formats).join(', ')}`;
  throw new TriadError('FILE_INVALID', { path, format: 'rows', reason });
}
