import type { Guarantee } from './guarantee.ts';

/** The promises that the design makes, and what proves each of them. */
export const guarantees: Guarantee[] = [
  {
    promise: 'No run is lost',
    statement:
      'Every expected firing of a schedule has a row in the ledger before it is due, and ends as one run or as a recorded skip; if neither is there in time, an alarm is raised by a watcher that does not depend on the scheduler.',
    proofs: [
      { where: 'tests/unit/orchestrator/schedule/scheduler.test.ts' },
      { where: 'tests/unit/orchestrator/schedule/scheduler.catch-up.test.ts' },
      { where: 'tests/unit/orchestrator/alarms/alarm-watcher.test.ts' },
      { where: 'tests/conformance/tick-ledger.conformance.ts' },
      { where: 'tests/conformance/state-store.kysely.test.ts' },
      { where: 'tests/flow/orchestrators-on-pglite.external.test.ts' },
      { where: 'tests/simulation/worlds.test.ts' },
      { where: 'simulate' },
      { where: 'chaos' },
    ],
  },
  {
    promise: 'An effect is published once',
    statement:
      "Delivery is at least once. Claims, fencing by run and attempt, and publication inside one transaction make a step's publication happen once. What a job of yours does elsewhere can happen again when it is killed before its manifest.",
    proofs: [
      { where: 'tests/unit/sql-runner/publish-once.test.ts' },
      { where: 'tests/unit/sql-runner/fence.test.ts' },
      { where: 'tests/flow/sql-runner-killed.test.ts' },
      { where: 'tests/flow/faults.test.ts' },
      { where: 'tests/simulation/worlds.test.ts' },
      { where: 'simulate' },
      { where: 'chaos' },
    ],
  },
  {
    promise: 'Green means done',
    statement:
      'A step succeeds only when its manifest is there, every output has the size and SHA-256 that the manifest names, and every postcondition holds. No exit code and no message makes it green.',
    proofs: [
      { where: 'tests/unit/orchestrator/verify/verify-attempt.test.ts' },
      { where: 'tests/simulation/worlds.test.ts' },
      { where: 'simulate' },
      { where: 'tests/unit/orchestrator/verify/postconditions.test.ts' },
      {
        where: 'tests/unit/orchestrator/messages/receive-outcome.test.ts',
        test: 'green without a manifest is not done',
      },
      { where: 'chaos' },
    ],
  },
  {
    promise: 'Bad data never reaches production',
    statement:
      'Results are written aside, audited, and published together in one transaction; when a check fails, the published tables are what they were.',
    proofs: [
      { where: 'tests/unit/sql-runner/rfm.test.ts' },
      {
        where: 'tests/flow/cli-pipeline.test.ts',
        test: 'a run whose model cannot be fitted leaves all that is published as it was',
      },
      { where: 'tests/flow/sql-runner-killed.test.ts' },
    ],
  },
  {
    promise: 'Every result can be reproduced',
    statement:
      'A run pins its pipeline, parameters, seed and code revision under one hash; editing a pipeline never changes a run in flight; manifests name the SQL, the data and the code by hash.',
    proofs: [
      { where: 'tests/unit/orchestrator/plan/plan-run.test.ts' },
      { where: 'tests/simulation/histories.test.ts' },
      { where: 'tests/unit/orchestrator/run/reuse.test.ts' },
      { where: 'tests/golden/rfm.external.test.ts' },
    ],
  },
  {
    promise: 'What runs on the laptop runs in the cloud',
    statement:
      "One GoogleSQL text: what is not in the verified part of the dialect is an error that names it, never another number. The same pipelines run in both profiles, and the reference pipeline publishes the same numbers; the cloud is shown on emulators of Google's services (docs/emulators.md tells how these differ), not on a real account.",
    proofs: [
      { where: 'tests/unit/sql-runner/dialect/values.test.ts' },
      { where: 'tests/unit/sql-runner/dialect/refusals.test.ts' },
      { where: 'tests/unit/sql-runner/dialect/numeric.property.test.ts' },
      { where: 'tests/flow/google-cloud.emulators.test.ts' },
      { where: 'tests/flow/google-cloud-container.emulators.test.ts' },
      { where: 'tests/flow/google-cloud-preemption.emulators.test.ts' },
      { where: 'tests/flow/google-cloud-pull.emulators.test.ts' },
      { where: 'tests/flow/compose-messaging.emulators.test.ts' },
    ],
  },
  {
    promise: 'Trouble is told',
    statement:
      'A run that is missing, does not start, does not finish in time, fails or leaves stale outputs has one open alarm, also while the scheduler is down; its notices are delivered at least once, retried, and never hold up a run.',
    proofs: [
      { where: 'tests/unit/orchestrator/alarms/alarm-watcher.test.ts' },
      { where: 'tests/unit/orchestrator/alarms/alarm-dispatcher.test.ts' },
      { where: 'tests/flow/alarms.test.ts' },
      { where: 'tests/simulation/worlds.test.ts' },
      { where: 'simulate' },
      { where: 'chaos' },
    ],
  },
  {
    promise: 'A change is taken once',
    statement:
      "A sensor's last successful value is swapped by compare-and-set, and one swap, like one event, starts one run of each pipeline that waits for it, also when processes die in between.",
    proofs: [
      { where: 'tests/conformance/sensor-store.conformance.ts' },
      { where: 'tests/unit/orchestrator/sensors/look-at-sensor.test.ts' },
      { where: 'tests/unit/orchestrator/events/event-router.test.ts' },
      { where: 'tests/flow/events-and-sensors.test.ts' },
      { where: 'simulate' },
    ],
  },
  {
    promise: 'Nobody does what they may not',
    statement:
      'Off loopback every route but the health checks asks for a token; its role decides what it may do, and what was done or refused is in the audit log.',
    proofs: [
      { where: 'tests/unit/orchestrator/api/every-route.test.ts' },
      { where: 'tests/unit/orchestrator/api/access.test.ts' },
      { where: 'tests/unit/access/oidc-apps.test.ts' },
      { where: 'tests/unit/access/oidc-mutations.test.ts' },
      { where: 'tests/flow/cli-access.test.ts' },
    ],
  },
];
