import type { Job } from '@triad/shared/jobs/job.ts';
import { exportStep } from './export/export-step.ts';
import { loadStep } from './load/load-step.ts';
import { checkStep } from './run/check-step.ts';
import { publishStep } from './run/publish-step.ts';
import { senseStep } from './run/sense-step.ts';
import { sqlStep } from './run/sql-step.ts';
import type { SqlRunnerServices } from './services.ts';

/** The sql-runner's job: one handler per kind of step that needs the warehouse. */
export const sqlRunnerJob = (services: SqlRunnerServices, warmUp: () => Promise<void>): Job => ({
  name: 'sql-runner',
  handlers: {
    load: loadStep(services),
    sql: sqlStep(services),
    check: checkStep(services),
    export: exportStep(services),
    publish: publishStep(services),
    sense: senseStep(services),
  },
  warmUp,
});
