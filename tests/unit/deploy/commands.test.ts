import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, test } from 'node:test';
import { loadConfig } from '@triad/shared/config/config.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { CommandContext } from '../../../cli/command-context.ts';
import {
  type Applying,
  conclude,
  concludeRemoval,
  deploy,
  markTested,
  teardown,
} from '../../../cli/commands/deploy.ts';
import { promote } from '../../../cli/commands/promote.ts';
import { applyPlan } from '../../../cli/deploy/apply-plan.ts';
import { planDeployment, planRemoval } from '../../../cli/deploy/deployment.ts';
import { readEnvironments } from '../../../cli/deploy/environment.ts';
import { targetOf } from '../../../cli/deploy/target.ts';
import { plainStyle } from '../../../cli/render/style.ts';
import type { TextOutput } from '../../../cli/render/terminal.ts';
import { checkout, environment, settings } from '../../harness/deploy/environments.ts';
import { MemoryCloud } from '../../harness/deploy/memory-cloud.ts';
import { FakeClock } from '../../harness/fake-clock.ts';
import { sequentialIds } from '../../harness/sequential-ids.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

const file = 'environments.json';

/** A context in a new folder, with what was written to it. */
async function contextIn(directory: string) {
  const written = { out: [] as string[], err: [] as string[] };
  const output = (lines: string[]): TextOutput => ({
    stream: process.stdout,
    style: plainStyle,
    isTerminal: false,
    write: (text) => void lines.push(text),
    line: (text = '') => void lines.push(text),
  });
  const context: CommandContext = {
    config: loadConfig({}),
    env: {},
    terminal: { out: output(written.out), err: output(written.err) },
    clock: new FakeClock('2026-01-01T12:00:00Z'),
    ids: sequentialIds(),
    callerDirectory: directory,
    user: 'ada',
  };
  return { context, written };
}

describe('triad deploy refuses before it asks any cloud', () => {
  let directory: string;
  let context: CommandContext;
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
      cwd: directory,
      stdio: 'pipe',
    });
  const options = { environments: file, expiresInDays: 14 };
  const writeEnvironments = () =>
    writeFile(
      join(directory, file),
      JSON.stringify({ dev: settings('dev'), production: settings('production') }),
    );
  beforeEach(async () => {
    directory = await temporaryDirectory();
    ({ context } = await contextIn(directory));
  });
  const commit = () => {
    git('init', '--initial-branch', 'main');
    git('add', '-A');
    git('commit', '--allow-empty', '-m', 'first');
  };

  test('a folder that is no checkout', async () => {
    await assert.rejects(deploy(context, options), { code: 'DEPLOY_NO_CHECKOUT' });
  });

  test('a commit without a branch', async () => {
    commit();
    git('switch', '--detach');
    await assert.rejects(deploy(context, options), { code: 'DEPLOY_HEAD_DETACHED' });
  });

  test('no file of environments, no JSON in it, a wrong value in it', async () => {
    commit();
    const invalid = (message: RegExp) =>
      assert.rejects(deploy(context, options), { code: 'DEPLOY_SETTINGS_INVALID', message });
    await invalid(/it is not there/);
    await writeFile(join(directory, file), '{');
    await invalid(/it is no JSON/);
    await writeFile(join(directory, file), '{"production":{"project":"X"}}');
    await invalid(/production\.project: expected the id of a project/);
    const dev = settings('dev');
    const wrong = async (given: object, message: RegExp) => {
      await writeFile(join(directory, file), JSON.stringify({ dev: { ...dev, ...given } }));
      await invalid(message);
    };
    await wrong({ people: { 'ada@shop.example': 'king' } }, /dev\.people\.ada@shop\.example: /);
    await wrong({ people: { 'ada@shop.example': 'service' } }, /dev\.people\.ada@shop\.example: /);
    await wrong({ people: { ada: 'admin' } }, /dev\.people\.ada: /);
    await wrong({ people: { 'Ada@shop.example': 'admin' } }, /dev\.people\.Ada@shop\.example: /);
    const { deployer } = dev.serviceAccounts;
    await wrong({ people: { [deployer]: 'admin' } }, /is an account of Triad itself/);
    await wrong({ settings: { TRIAD_POOL: '{}' } }, /dev\.settings\.TRIAD_POOL: is no variable/);
    await wrong({ settings: { PATH: '/bin' } }, /dev\.settings\.PATH: is no variable/);
    await wrong(
      { settings: { TRIAD_MAX_ACTIVE_RUNS: 3 } },
      /dev\.settings\.TRIAD_MAX_ACTIVE_RUNS: /,
    );
    await wrong(
      { settings: { TRIAD_POOLS: '{"gpu":0}' } },
      /dev\.settings: .*TRIAD_POOLS: expected/,
    );
    await wrong({ settings: { TRIAD_TOKEN: 'x' } }, /TRIAD_TOKEN: is not for an environment/);
    const halfReference = 'gcp-secret://triad-deadman-url';
    await wrong({ deadmanUrl: halfReference }, /dev\.deadmanUrl: /);
    await wrong({ deadmanUrl: 'http://monitor.example' }, /dev\.deadmanUrl: /);
    const secrets = { ...dev.secrets, 'triad-database-url': halfReference };
    await wrong({ secrets }, /dev\.secrets\.triad-database-url: expected gcp-secret:\/\/projects/);
    await wrong({ poeple: { 'ada@shop.example': 'admin' } }, /dev: .*poeple/);
    await writeFile(join(directory, file), '{}');
    await invalid(/it has no environment production/);
  });

  test('a dirty tree for production, and a branch that is not main', async () => {
    await writeEnvironments();
    commit();
    await writeFile(join(directory, 'new.txt'), 'x');
    await assert.rejects(deploy(context, options), { code: 'DEPLOY_TREE_DIRTY' });
    git('switch', '--create', 'feature');
    await assert.rejects(deploy(context, { ...options, environment: 'production' }), {
      code: 'DEPLOY_BRANCH_REFUSED',
    });
  });

  test('a teardown of production', async () => {
    await writeEnvironments();
    await assert.rejects(teardown(context, 'main', { environments: file }), {
      code: 'DEPLOY_PROTECTED',
    });
  });

  test('a promotion of nothing, of too little of a commit, and both ways at once', async () => {
    await writeEnvironments();
    const usage = (revision: string | undefined, given: { rollback?: boolean }) =>
      assert.rejects(promote(context, revision, { environments: file, ...given }), {
        code: 'USAGE',
      });
    await usage(undefined, {});
    await usage('abc', {});
    await usage('a'.repeat(40), { rollback: true });
    await assert.rejects(markTested(context, 'abc', { environments: file, environment: 'dev' }), {
      code: 'USAGE',
    });
  });

  test('a folder below the root of a checkout is as good as the root', async () => {
    await writeEnvironments();
    commit();
    await mkdir(join(directory, 'below'));
    const below = await contextIn(join(directory, 'below'));
    await assert.rejects(teardown(below.context, undefined, { environments: `../${file}` }), {
      code: 'DEPLOY_PROTECTED',
    });
  });
});

test('what is written down of an environment is what the commands know', async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, file);
  for (const deadmanUrl of [
    undefined,
    null,
    'https://monitor.example/check/1',
    'gcp-secret://projects/shop/secrets/triad-deadman-url/versions/latest',
  ]) {
    await writeFile(path, JSON.stringify({ dev: { ...settings('dev'), deadmanUrl } }));
    const { dev } = await readEnvironments(path);
    assert.deepEqual({ deadmanUrl: undefined, ...dev }, { ...environment('dev'), deadmanUrl });
  }
});

test('a teardown ends the job that a service started while it was removed', async () => {
  const cloud = new MemoryCloud();
  const target = targetOf(environment('dev'), checkout('login'), '2026-01-01', 14);
  await applyPlan(cloud, await planDeployment(cloud, target));
  cloud.started.set('login', [{ kind: 'vertex-job', name: 'known' }]);
  const remove = cloud.delete.bind(cloud);
  cloud.delete = async (resource) => {
    await remove(resource);
    if (resource.name !== 'login-triad-invoker') return;
    cloud.started.set('login', [{ kind: 'cloud-run-job', name: 'late' }]);
  };
  const about = { namespace: 'login' };
  const removeWith = async (given: Partial<Applying>) => {
    const { context } = await contextIn('.');
    const plan = await planRemoval(cloud, 'login', environment('dev'));
    const options = { environments: file, ...given };
    cloud.log.length = 0;
    await concludeRemoval(context, cloud, [{ namespace: 'login', plan }], options, about);
    return cloud.log.filter((line) => line.includes('-job/'));
  };
  assert.deepEqual(await removeWith({}), []);
  const ended = ['delete vertex-job/known', 'delete cloud-run-job/late'];
  assert.deepEqual(await removeWith({ yes: true }), ended);
  assert.deepEqual(await cloud.jobs('login'), []);
});

test('a namespace that cannot be removed keeps none of the others that are over', async () => {
  const cloud = new MemoryCloud();
  const dev = environment('dev');
  const names = ['first', 'second', 'third'];
  for (const name of names) {
    const target = targetOf(dev, checkout(name), '2026-01-01', 14);
    await applyPlan(cloud, await planDeployment(cloud, target));
  }
  const remove = cloud.delete.bind(cloud);
  cloud.delete = async (resource) => {
    if (resource.name !== 'first-triad-invoker' && resource.name !== 'second-triad-invoker') {
      return remove(resource);
    }
    throw new TriadError('DEPLOY_CLOUD_UNAVAILABLE', { action: resource.name, reason: 'stuck' });
  };
  const removals = await Promise.all(
    names.map(async (namespace) => ({
      namespace,
      plan: await planRemoval(cloud, namespace, dev),
    })),
  );
  const { context, written } = await contextIn('.');
  const options = { environments: file, yes: true };
  await assert.rejects(concludeRemoval(context, cloud, removals, options, {}), {
    code: 'DEPLOY_CLOUD_UNAVAILABLE',
    message: /first-triad-invoker/,
  });
  assert.deepEqual(
    (await cloud.namespaces()).map(({ namespace }) => namespace),
    ['first', 'second'],
  );
  const left = written.err.flatMap((line) => /^(\w+) is left: .*stuck/.exec(line)?.[1] ?? []);
  assert.deepEqual(left, ['first', 'second']);
  assert.ok(!written.err.includes('Done.'));
});

describe('a plan', () => {
  const target = targetOf(environment('dev'), checkout('login'), '2026-01-01', 14);
  const run = async (cloud: MemoryCloud, given: Applying | object) => {
    const { context, written } = await contextIn('.');
    const plan = await planDeployment(cloud, target);
    const options = { environments: file, ...given };
    const exitCode = await conclude(context, cloud, plan, options, { namespace: 'login' });
    assert.equal(exitCode, 0);
    return written;
  };

  test('is shown, and nothing is done', async () => {
    const cloud = new MemoryCloud();
    const { out, err } = await run(cloud, {});
    assert.deepEqual(cloud.log, []);
    assert.match(out.join('\n'), /^create {2}topic {9}login-triad-commands$/m);
    assert.deepEqual(err, ['Nothing was done; --yes does it.']);
  });

  test('is done with --yes, and told step by step', async () => {
    const cloud = new MemoryCloud();
    const { err } = await run(cloud, { yes: true });
    assert.equal(cloud.resources.size, cloud.log.length);
    assert.equal(err[0], 'create prefix login/');
    assert.equal(err.at(-1), 'Done.');
    const again = await run(cloud, { yes: true });
    assert.deepEqual(again.out, ['Nothing to change.']);
  });

  test('is one JSON document', async () => {
    const cloud = new MemoryCloud();
    await run(cloud, { yes: true });
    const service = cloud.resources.get('service/login-triad-invoker');
    assert.ok(service?.kind === 'service');
    cloud.resources.set('service/login-triad-invoker', {
      ...service,
      spec: { ...service.spec, memory: '2Gi' },
    });
    const { out } = await run(cloud, { json: true });
    assert.deepEqual(JSON.parse(out.join('\n')), {
      namespace: 'login',
      applied: false,
      changes: [
        {
          action: 'update',
          kind: 'service',
          name: 'login-triad-invoker',
          drifted: true,
          differences: [{ field: 'memory', actual: '2Gi', desired: '1Gi' }],
        },
      ],
      unexpected: [],
      ofTerraform: [],
    });
    const text = (await run(cloud, {})).out.join('\n');
    assert.match(text, /drift: changed by somebody else/);
    assert.match(text, /^ {2}memory: 2Gi → 1Gi$/m);
  });

  test('is not done while something is missing that Terraform makes', async () => {
    const cloud = new MemoryCloud();
    const { context, written } = await contextIn('.');
    const staging = targetOf(environment('staging'), checkout('main'), '2026-01-01', 14);
    const conclusion = async (given: Partial<Applying>) => {
      const plan = await planDeployment(cloud, staging);
      return conclude(context, cloud, plan, { environments: file, ...given }, {});
    };
    await assert.rejects(conclusion({ yes: true }), {
      code: 'DEPLOY_TERRAFORM_MISSING',
      message: /database staging_triad, .*schedule staging-triad-tick/,
    });
    assert.deepEqual(cloud.log, []);
    assert.match(written.out.join('\n'), /^missing +database +staging_triad/m);
    assert.equal(await conclusion({}), 0);
  });

  test('is either shown or done', async () => {
    await assert.rejects(run(new MemoryCloud(), { plan: true, yes: true }), { code: 'USAGE' });
  });
});
