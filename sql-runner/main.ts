import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { loadConfig } from '@triad/shared/config/config.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { rehearse } from '@triad/shared/jobs/rehearse.ts';
import { runJob } from '@triad/shared/jobs/run-job.ts';
import { createLogger } from '@triad/shared/log/logger.ts';
import { openTracer } from '@triad/shared/tracing/otlp-tracer.ts';
import { duckDbOpener } from '@triad/shared/warehouse/duckdb-engine.ts';
import { loadBundle } from './compile/dataform-sandbox.ts';
import { googleSqlInDuckDb, warmUpTranslation } from './dialect/translate.ts';
import { sqlRunnerJob } from './job.ts';

const config = loadConfig();
const home = homeLayout(config.home);
const artifacts = new DirectoryArtifactStore({ directory: home.artifacts });
const warehouse = duckDbOpener({
  path: home.warehouse,
  defaultDataset: config.dataset,
  waitSeconds: config.warehouseWaitSeconds,
  dialect: googleSqlInDuckDb,
  clock: systemClock,
});

async function warmUp(): Promise<void> {
  await rehearse(artifacts);
  loadBundle();
  warmUpTranslation();
  await warehouse.warmUp();
}

const services = {
  openWarehouse: warehouse.open,
  sqlDirectory: config.sqlDirectory,
  dataset: config.dataset,
};

await runJob(sqlRunnerJob(services, warmUp), {
  artifacts,
  clock: systemClock,
  log: createLogger('sql-runner', config.logLevel),
  jobsDirectory: home.jobs,
  specText: config.jobSpec,
  traceparent: config.traceparent,
  tracer: await openTracer({ service: 'sql-runner', url: config.otlpUrl }),
});
