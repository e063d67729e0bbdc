import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Warehouse } from '@triad/shared/warehouse/warehouse.ts';
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
): Promise<void> {
  for (const assertion of assertions) {
    const origin = originOf(assertion);
    // On a line of its own, the parenthesis survives a comment at the end of the text.
    const offending = `(${inDataset(assertion.text, dataset)}\n)`;
    const text = `SELECT * FROM ${offending} LIMIT ${sampleRows}`;
    const sample = await warehouse.query({ text, origin });
    if (sample.rows.length === 0) continue;
    const { rows } = await warehouse.query({ text: `SELECT COUNT(*) FROM ${offending}`, origin });
    throw new TriadError('ASSERTION_FAILED', {
      assertion: assertion.name,
      count: Number(rows[0]?.[0]),
      tables: assertion.reads.join(', '),
      sample: sampleOf(sample),
      file: assertion.file,
    });
  }
}
