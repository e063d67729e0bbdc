import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { JobContext, JobResult } from '@triad/shared/jobs/job.ts';
import { compileProject } from '../compile/compile-project.ts';
import type { Assertion } from '../compile/project.ts';
import type { SqlRunnerServices } from '../services.ts';
import { withWarehouse } from '../with-warehouse.ts';
import { audit } from './audit.ts';

/**
 * Runs all assertions on the published tables. Those about a table that was never published are
 * left out, and noted.
 */
export function checkAssertions(
  services: SqlRunnerServices,
  context: JobContext,
): Promise<JobResult> {
  const project = compileProject(services.sqlDirectory, context.spec.runDate);
  const { dataset } = services;
  return withWarehouse(services, context, async (warehouse) => {
    const unpublished = new Set<string>();
    for (const table of new Set(project.assertions.flatMap(({ reads }) => reads))) {
      if (!(await warehouse.columns({ dataset, table }))) unpublished.add(table);
    }
    const missing = ({ reads }: Assertion) => reads.find((table) => unpublished.has(table));
    const runnable = project.assertions.filter((assertion) => !missing(assertion));
    if (runnable.length === 0) {
      throw new TriadError('NOT_FOUND', {
        what: 'published table',
        name: [...unpublished].join(),
      });
    }
    const passed = await audit(warehouse, dataset, runnable);
    const skipped = project.assertions.filter(missing);
    return {
      metrics: { 'check.assertions': runnable.length, 'check.skipped': skipped.length },
      notes: skipped.map((a) => `Assertion ${a.name} did not run: no table ${missing(a)} yet.`),
      checks: [...passed, ...skipped.map(({ name }) => ({ name, result: 'skipped' as const }))],
      sqlHash: project.hash,
    };
  });
}
