import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { loadConfig } from '@triad/shared/config/config.ts';
import { desiredState, messaging } from '../../../cli/deploy/desired-state.ts';
import { urlOf } from '../../../cli/deploy/service-definitions.ts';
import { targetOf } from '../../../cli/deploy/target.ts';
import {
  composeService,
  environmentOf,
  interpolate,
  parseCompose,
  readCompose,
} from '../../../docker/check/compose-file.ts';
import { images } from '../../../docker/check/images.ts';
import { delivery, subscriptions, topics } from '../../../docker/emulators/messaging.ts';
import { repository } from '../../harness/architecture/sources.ts';
import { checkout, environment } from '../../harness/deploy/environments.ts';

const read = (path: string) => {
  const source = readFileSync(join(repository, path), 'utf8');
  return { source, compose: parseCompose(source) };
};
const own = /^\$\{TRIAD_IMAGES:-localhost\/triad\}\/([a-z-]+):\$\{TRIAD_REVISION:\?[^}]+\}$/;
const isPinned = (image: string): boolean =>
  own.test(image) ||
  /^[\w.-]+\.[a-z]+\/[\w./-]+:(?!latest$)[\w.-]*\d[\w.-]*(@sha256:[0-9a-f]{64})?$/.test(image);

const files = globSync('docker/compose*.yml', { cwd: repository }).sort();

test('there is one for each profile', () => {
  assert.deepEqual(files, ['docker/compose.emulators.yml', 'docker/compose.yml']);
});

for (const path of files) {
  describe(path, () => {
    const { source, compose } = read(path);
    const services = Object.entries(compose.services);

    test('each image is pinned, and those of Triad exist', () => {
      for (const [name, { image }] of services) {
        assert.ok(isPinned(image), `${name}: ${image}`);
        const [, ours] = own.exec(image) ?? [];
        if (ours !== undefined) assert.ok(Object.hasOwn(images, ours), `${name}: ${image}`);
      }
    });

    test('what is not an image of Triad says as whom it runs', () => {
      const unsaid = services.filter(([, { image, user }]) => !own.test(image) && !user);
      assert.deepEqual(
        unsaid.map(([name]) => name),
        [],
      );
    });

    test('whatever lives on says whether it is well', () => {
      const unsaid = services.filter(
        ([, { healthcheck, restart, profiles }]) =>
          'disable' in healthcheck && restart === 'unless-stopped' && !profiles,
      );
      assert.deepEqual(
        unsaid.map(([name]) => name),
        [],
      );
    });

    test('services wait only for services that there are, and for their health', () => {
      for (const [name, { depends_on: waits = {} }] of services) {
        for (const [other, { condition: how }] of Object.entries(waits)) {
          assert.ok(compose.services[other], `${name}: ${other}`);
          const check = compose.services[other]?.healthcheck ?? {};
          if (how === 'service_healthy') assert.ok('test' in check, `${name}: ${other}`);
        }
      }
    });

    test('what can be written is a volume or memory', () => {
      for (const [name, { volumes = [], tmpfs }] of services) {
        assert.ok(
          tmpfs.some((mount) => mount.startsWith('/tmp:')),
          name,
        );
        for (const volume of volumes) {
          const [from = '', , mode] = volume.split(':');
          const isNamed = Object.hasOwn(compose.volumes, from);
          assert.ok(isNamed || mode === 'ro', `${name}: ${volume}`);
          if (!isNamed) assert.ok(existsSync(join(repository, 'docker', from)), `${name}: ${from}`);
        }
      }
    });

    test('the files that commands name are there', () => {
      const words = services.flatMap(([, one]) => [
        ...(one.command ?? []),
        ...(one.entrypoint ?? []),
        ...('test' in one.healthcheck ? one.healthcheck.test : []),
      ]);
      const scripts = words.filter((word) => /^[\w/.-]+\.(ts|json)$/.test(word));
      assert.ok(scripts.length > 1);
      for (const script of scripts) assert.ok(existsSync(join(repository, script)), script);
    });

    test('no secret is written down but that of a database which nobody else can reach', () => {
      const secrets = source.match(/^.*(TOKEN|PASSWORD|SECRET|PRIVATE)\w*: .*$/gm) ?? [];
      const written = secrets.filter((line) => !/\$\{\w+:\?/.test(line));
      assert.deepEqual(
        written.map((line) => line.trim()),
        path.includes('emulators') ? ['POSTGRES_PASSWORD: triad'] : [],
      );
    });
  });
}

test('every variable of Triad in them is one that configuration knows', () => {
  const example = readFileSync(join(repository, '.env.example'), 'utf8');
  const known = new Set([...example.matchAll(/^#? ?(TRIAD_\w+)=/gm)].map(([, name]) => name));
  const used = files
    .flatMap((path) => Object.values(read(path).compose.services))
    .flatMap(({ environment = {} }) => Object.keys(environment));
  const unknown = used.filter((name) => name.startsWith('TRIAD_') && !known.has(name));
  assert.deepEqual([...new Set(unknown)], []);
});

test('the rules find what they are for', () => {
  const good = read('docker/compose.yml').compose.services.invoker;
  assert.ok(good);
  assert.ok(!composeService.safeParse({ ...good, privileged: true }).success);
  assert.ok(!composeService.safeParse({ ...good, read_only: false }).success);
  assert.ok(!composeService.safeParse({ ...good, ports: ['4181:4181'] }).success);
  assert.ok(!composeService.safeParse({ ...good, cap_drop: [] }).success);
  assert.ok(!composeService.safeParse({ ...good, user: '0:0' }).success);
  const { healthcheck: _, ...unchecked } = good;
  assert.ok(!composeService.safeParse(unchecked).success);
  for (const image of ['postgres', 'docker.io/library/postgres:latest', 'docker.io/library/node']) {
    assert.ok(!isPinned(image), image);
  }
});

describe('what an engine makes of a compose file', () => {
  const emulators = join(repository, 'docker/compose.emulators.yml');

  test('variables, their defaults and those that must be given', () => {
    const variables = { A: 'a', EMPTY: '' };
    const of = (inside: string) => `$\{${inside}}`;
    const text = `${of('A')}-${of('B:-b')}-${of('EMPTY:-c')}-$${of('A')}`;
    assert.equal(interpolate(text, variables), `a-b-c-${of('A')}`);
    assert.equal(interpolate(of('A:?must be'), variables), 'a');
    assert.throws(() => interpolate(of('EMPTY:?must be'), variables), /EMPTY is missing: must be/);
    assert.throws(() => interpolate('$A', variables), /\$ of \$A is no variable/);
    assert.throws(() => readCompose(emulators, {}), /TRIAD_REVISION is missing/);
  });

  test("a variable without a value is the caller's", () => {
    const { services } = readCompose(join(repository, 'docker/compose.yml'), {
      TRIAD_REVISION: '1',
      TRIAD_SERVICE_TOKEN: 'secret',
    });
    assert.ok(services.orchestrator);
    const name = 'TRIAD_ALARM_CHANNELS';
    assert.equal(environmentOf(services.orchestrator)[name], undefined);
    assert.equal(environmentOf(services.orchestrator, { [name]: '{}' })[name], '{}');
    assert.equal(environmentOf(services.orchestrator).TRIAD_SERVICE_TOKEN, 'secret');
    assert.equal(services.orchestrator.image, 'localhost/triad/orchestrator:1');
  });

  test('the profile gcp on emulators: its configuration, accounts and images of jobs', () => {
    const { services } = readCompose(emulators, { TRIAD_REVISION: '1' });
    assert.ok(services.orchestrator && services.jobs);
    const config = loadConfig(environmentOf(services.orchestrator));
    assert.deepEqual([...(config.googleCloud?.oidc.accounts.values() ?? [])], ['service', 'admin']);
    const emulated: Record<string, string[] | { files: Record<string, string> }> = JSON.parse(
      readFileSync(join(repository, 'docker/emulators/images.json'), 'utf8'),
    );
    const images = Object.values(config.googleCloud?.jobs.images ?? {}).map(({ image }) => image);
    assert.deepEqual(Object.keys(emulated), images);
    const files = Object.values(emulated).flatMap((one) =>
      Array.isArray(one)
        ? one.slice(1)
        : Object.values(one.files).filter((file) => file !== 'node'),
    );
    for (const file of files) assert.ok(existsSync(join(repository, file)), file);
  });
});

test('the emulators have the topics and subscriptions that triad deploy and Terraform make', () => {
  const target = targetOf(environment('dev'), checkout('main'), '2026-01-31', 1);
  const desired = desiredState(target, []);
  const { namespace } = target;
  assert.deepEqual(
    topics.map((name) => `${namespace}-${name}`),
    desired.filter(({ kind }) => kind === 'topic').map(({ name }) => name),
  );
  assert.deepEqual(
    subscriptions.map(({ name, topic, receiver, path, isOrdered }) => ({
      name: `${namespace}-${name}`,
      topic: `${namespace}-${topic}`,
      endpoint: `${urlOf(target, receiver)}${path}`,
      ordered: isOrdered,
      deadLetters: isOrdered,
    })),
    desired.flatMap(({ kind, name, spec }) =>
      kind !== 'subscription'
        ? []
        : [
            {
              name,
              topic: spec.topic,
              endpoint: spec.push?.endpoint,
              ordered: spec.ordered,
              deadLetters: spec.deadLetters !== null,
            },
          ],
    ),
  );
  const { ackDeadlineSeconds, attempts, backoff } = messaging;
  assert.deepEqual(delivery, { ackDeadlineSeconds, attempts, backoff });
});
