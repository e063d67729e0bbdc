import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyPlan } from '../../../cli/deploy/apply-plan.ts';
import { planDeployment } from '../../../cli/deploy/deployment.ts';
import { targetOf } from '../../../cli/deploy/target.ts';
import { checkout, environment } from '../../harness/deploy/environments.ts';
import type { Body } from '../../harness/deploy/fake-rest.ts';
import { googleInMemory } from '../../harness/deploy/google-in-memory.ts';

const dev = environment('dev');
const target = targetOf(dev, checkout('login'), '2026-01-01', 14);
const invoker = `projects/${dev.project}/locations/${dev.region}/services/login-triad-invoker`;
const subscription = `projects/${dev.project}/subscriptions/login-invoker`;

type Edit = (thing: Body) => void;
type Found = [field: string, actual: unknown, desired: unknown];

const edit = <T>(change: (thing: T) => void): Edit => change as unknown as Edit;
interface Template {
  timeout?: string;
  maxInstanceRequestConcurrency?: number;
  executionEnvironment?: string;
  containers: [Container];
}
interface Container {
  env: { name: string; value?: string; valueSource?: object }[];
  resources: Body;
  startupProbe: Body;
  livenessProbe?: Body;
}
const inTemplate = (change: (template: Template) => void): Edit =>
  edit<{ template: Template }>(({ template }) => change(template));
const inContainer = (change: (container: Container) => void): Edit =>
  inTemplate(({ containers: [container] }) => change(container));

const secretKeyRef = { secret: 'x', version: '7' };
const edits: Record<string, [path: string, change: Edit, found: Found[]]> = {
  'a service whose processor sleeps between requests': [
    invoker,
    inContainer(({ resources }) => {
      resources.cpuIdle = true;
      delete resources.startupCpuBoost;
    }),
    [
      ['cpuIdle', true, false],
      ['startupCpuBoost', false, true],
    ],
  ],
  'a service with other limits of requests': [
    invoker,
    inTemplate((template) => {
      template.timeout = '3600s';
      template.maxInstanceRequestConcurrency = 1;
    }),
    [
      ['concurrency', 1, 80],
      ['timeoutSeconds', 3600, 300],
    ],
  ],
  'a service in another execution environment': [
    invoker,
    inTemplate((template) => {
      delete template.executionEnvironment;
    }),
    [['executionEnvironment', 'EXECUTION_ENVIRONMENT_UNSPECIFIED', 'EXECUTION_ENVIRONMENT_GEN2']],
  ],
  'a service that is asked elsewhere whether it is well': [
    invoker,
    inContainer((container) => {
      container.startupProbe.httpGet = { port: 4181 };
      container.startupProbe.initialDelaySeconds = 60;
      delete container.startupProbe.periodSeconds;
      delete container.startupProbe.timeoutSeconds;
      delete container.startupProbe.failureThreshold;
    }),
    [
      ['startupProbe.failureThreshold', 3, 60],
      ['startupProbe.initialDelaySeconds', 60, 0],
      ['startupProbe.path', '/', '/readyz'],
      ['startupProbe.periodSeconds', 10, 2],
      ['startupProbe.timeoutSeconds', 1, 2],
    ],
  ],
  'a service of which a socket is enough to be ready': [
    invoker,
    inContainer(({ startupProbe }) => {
      delete startupProbe.httpGet;
      startupProbe.tcpSocket = { port: 4181 };
    }),
    [['startupProbe.path', null, '/readyz']],
  ],
  'a service that nobody asks whether it is well': [
    invoker,
    inContainer((container) => {
      delete container.livenessProbe;
    }),
    [
      [
        'livenessProbe',
        null,
        {
          path: '/healthz',
          port: 4181,
          initialDelaySeconds: 0,
          periodSeconds: 30,
          timeoutSeconds: 5,
          failureThreshold: 4,
        },
      ],
    ],
  ],
  'a service with a variable that is a secret': [
    invoker,
    inContainer(({ env }) => void env.push({ name: 'X', valueSource: { secretKeyRef } })),
    [
      ['secretVariables.X.secret', 'x', undefined],
      ['secretVariables.X.version', '7', undefined],
    ],
  ],
  'a service with a variable that became a secret': [
    invoker,
    inContainer(({ env }) => {
      const at = env.findIndex(({ name }) => name === 'TRIAD_HOST');
      env[at] = { name: 'TRIAD_HOST', valueSource: { secretKeyRef } };
    }),
    [
      ['environment.TRIAD_HOST', undefined, '0.0.0.0'],
      ['secretVariables.TRIAD_HOST.secret', 'x', undefined],
      ['secretVariables.TRIAD_HOST.version', '7', undefined],
    ],
  ],
  'a subscription that expires': [
    subscription,
    edit<Body>((found) => {
      found.expirationPolicy = { ttl: '86400s' };
    }),
    [['expiresAfterSeconds', 86_400, null]],
  ],
  'a subscription that expires as Pub/Sub has it by itself': [
    subscription,
    edit<Body>((found) => {
      delete found.expirationPolicy;
    }),
    [['expiresAfterSeconds', 2_678_400, null]],
  ],
};

for (const [name, [path, change, found]] of Object.entries(edits)) {
  test(`drift: ${name}`, async () => {
    const { cloud, google } = googleInMemory();
    await applyPlan(cloud, await planDeployment(cloud, target));
    assert.deepEqual((await planDeployment(cloud, target)).changes, []);
    google.edit(path, (thing) => {
      change(thing);
      // Whoever changes a service by hand gets a revision with a name of Cloud Run's.
      if (thing.template) (thing.template as Body).revision = 'login-triad-invoker-00002-abc';
    });
    const plan = await planDeployment(cloud, target);
    const [{ differences = [], drifted = false } = {}, ...others] = plan.changes;
    assert.deepEqual(others, []);
    assert.equal(drifted, true);
    assert.deepEqual(
      differences
        .filter(({ field }) => !/^(revision|traffic)/.test(field))
        .map(({ field, actual, desired }) => [field, actual, desired]),
      found,
    );
    await applyPlan(cloud, plan);
    assert.deepEqual((await planDeployment(cloud, target)).changes, []);
  });
}
