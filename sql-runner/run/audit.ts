import type { ManifestCheck } from '@triad/shared/contracts/manifest.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Sql, Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import { type Assertion, inDataset, originOf } from '../compile/project.ts';
import { sampleOf } from './sample.ts';

const sampleRows = 3;

/**
 * Runs assertions on the tables of a dataset. The first that finds rows is `ASSERTION_FAILED`,
 * with their number and a sample.
 */
export async function audit(
  warehouse: Warehouse,
  dataset: string,
  assertions: readonly Assertion[],
): Promise<ManifestCheck[]> {
  const checks: ManifestCheck[] = [];
  for (const assertion of assertions) {
    const { name, file, reads } = assertion;
    const text = inDataset(assertion.text, dataset);
    const check = await findOffending(warehouse, name, { text, origin: originOf(assertion) });
    if (check.result === 'failed') {
      throw new TriadError('ASSERTION_FAILED', {
        assertion: name,
        count: check.failingRows ?? 0,
        tables: reads.join(', '),
        sample: check.sample ?? '',
        file,
      });
    }
    checks.push(check);
  }
  return checks;
}

/** Passed when the query finds no rows; otherwise their number and a sample. */
export async function findOffending(
  warehouse: Warehouse,
  name: string,
  query: Sql,
): Promise<ManifestCheck> {
  // On a line of its own, the parenthesis survives a comment at the end of the text.
  const offending = `(${query.text}\n)`;
  const sample = await warehouse.query({
    ...query,
    text: `SELECT * FROM ${offending} LIMIT ${sampleRows}`,
  });
  if (sample.rows.length === 0) return { name, result: 'passed' };
  const { rows } = await warehouse.query({ ...query, text: `SELECT COUNT(*) FROM ${offending}` });
  const failingRows = Number(rows[0]?.[0]);
  return { name, result: 'failed', failingRows, sample: sampleOf(sample) };
}
