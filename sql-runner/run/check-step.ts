import type { StepHandler } from '@triad/shared/jobs/job.ts';
import type { SqlRunnerServices } from '../services.ts';
import { checkAssertions } from './check-assertions.ts';
import { checkQueries, queriesOf } from './check-queries.ts';

/**
 * The `check` step: runs the queries that its parameters hold, or, where they hold none, all
 * assertions of the project, on the published tables.
 */
export const checkStep =
  (services: SqlRunnerServices): StepHandler =>
  async (context) => {
    const queries = queriesOf(context.spec.params);
    return queries.length > 0
      ? checkQueries(services, context, queries)
      : checkAssertions(services, context);
  };
