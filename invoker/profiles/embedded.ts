import { join } from 'node:path';
import { serviceOr } from '@triad/shared/access/service-token.ts';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { childEnvironment } from '@triad/shared/config/child-environment.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { requiredServiceToken } from '@triad/shared/config/requires-token.ts';
import { InProcessJobs } from '@triad/shared/jobs/in-process-jobs.ts';
import { LocalProcessJobs } from '@triad/shared/jobs/local-process-jobs.ts';
import { RoutedJobs } from '@triad/shared/jobs/routed-jobs.ts';
import { HttpMessenger } from '@triad/shared/messenger/http-messenger.ts';
import { Housekeeping } from '../housekeeping.ts';
import { jobPrograms } from '../job-programs.ts';
import { loadInProcessJobs } from '../load-in-process-jobs.ts';
import type { ProfileOptions } from './open-profile.ts';
import type { InvokerProfile } from './profile.ts';

/** What a writer has left for this long is of one that died, in milliseconds. */
const staleMs = 24 * 3600 * 1000;

/** Processes of this machine, a directory, and the messenger in the orchestrator. */
export async function embeddedProfile(options: ProfileOptions): Promise<InvokerProfile> {
  const { config, clock, log, tracer } = options;
  const home = homeLayout(config.home);
  const artifacts = new DirectoryArtifactStore({ directory: home.artifacts });
  const processes = new LocalProcessJobs({
    directory: home.jobs,
    programs: jobPrograms(config),
    artifacts,
    clock,
    log,
    // A job spec in our own environment would make every waiting process do that job.
    environment: childEnvironment({
      TRIAD_HOME: config.home,
      TRIAD_ARTIFACTS: home.artifacts,
      TRIAD_JOB: undefined,
      TRACEPARENT: undefined,
      // A job is anybody's program: it may not open the state, nor speak for a service or a user, nor
      // have the addresses of alarms.
      TRIAD_DATABASE_URL: undefined,
      TRIAD_ALARM_CHANNELS: undefined,
      TRIAD_SERVICE_TOKEN: undefined,
      TRIAD_TOKEN: undefined,
    }),
  });
  const lightJobsDirectory = join(home.jobs, '.in-process');
  const light = new InProcessJobs({
    directory: lightJobsDirectory,
    jobs: await loadInProcessJobs(config.inProcessJobs, processes.jobNames),
    artifacts,
    clock,
    log,
    concurrency: config.inProcessLimit,
    tracer,
  });
  const housekeeping = new Housekeeping({
    jobsDirectories: [home.jobs, lightJobsDirectory],
    temporaryDirectory: join(home.artifacts, '.temporary'),
    poolDirectory: join(home.jobs, '.pool'),
    copiesDirectory: home.copies,
    days: config.retentionDays,
    clock,
    log,
  });
  return {
    artifacts,
    jobs: new RoutedJobs([processes, light]),
    messenger: new HttpMessenger({ url: config.orchestrator.url, token: config.serviceToken }),
    authenticate: config.requiresToken
      ? serviceOr(requiredServiceToken(config.serviceToken))
      : undefined,
    begin() {
      const staleAt = new Date(clock.now().getTime() - staleMs);
      artifacts.sweep(staleAt).catch((error: unknown) => {
        log.warn({ err: error }, 'What dead writers left in the artifact store was not removed');
      });
      // The waiting processes load while the rest of the system does; nobody needs to wait for them.
      void housekeeping.start().then(() => processes.warmUp());
    },
    end: () => housekeeping.stop(),
  };
}
