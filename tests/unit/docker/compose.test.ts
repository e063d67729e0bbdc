import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { images } from '../../../docker/check/images.ts';
import { repository } from '../../harness/architecture/sources.ts';

const text = z.union([z.string(), z.number(), z.null()]);
const condition = z.enum(['service_healthy', 'service_completed_successfully', 'service_started']);
/** What our compose files may say of a service: any other key is refused, `privileged` among them. */
const service = z.strictObject({
  image: z.string(),
  restart: z.enum(['unless-stopped', 'on-failure', 'no']),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  tmpfs: z.array(z.string()),
  volumes: z.array(z.string()).optional(),
  networks: z.array(z.string()).optional(),
  network_mode: z
    .string()
    .regex(/^service:/)
    .optional(),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:/)).optional(),
  environment: z.record(z.string(), text).optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition })).optional(),
  healthcheck: z.union([
    z.strictObject({ disable: z.literal(true) }),
    z.object({ test: z.array(z.string()).min(2), interval: z.string(), timeout: z.string() }),
  ]),
  user: z
    .string()
    .regex(/^[1-9]\d*:[1-9]\d*$/)
    .optional(),
  init: z.literal(true).optional(),
  profiles: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  working_dir: z.string().optional(),
  stop_grace_period: z.string().optional(),
});
const composeFile = z.object({
  name: z.string(),
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.unknown()),
  volumes: z.record(z.string(), z.unknown()),
});

const read = (path: string) => {
  const source = readFileSync(join(repository, path), 'utf8');
  return { source, document: parse(source, { merge: true }) as unknown };
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
    const { source, document } = read(path);
    const compose = composeFile.parse(document);
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
      for (const [name, { depends_on: waits = {}, network_mode: mode = '' }] of services) {
        const others = [
          ...Object.keys(waits),
          ...(mode === '' ? [] : [mode.replace('service:', '')]),
        ];
        for (const other of others) assert.ok(compose.services[other], `${name}: ${other}`);
        for (const [other, { condition: how }] of Object.entries(waits)) {
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
      const scripts = words
        .filter((word) => /^[\w/.-]+\.(ts|json)$/.test(word))
        .map((word) => word.replace(/^\/emulators\//, 'docker/emulators/'))
        // Tests that are installed beside this are looked for where they are.
        .filter((word) => !word.startsWith('tests/'));
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
  const { services } = composeFile.parse(read('docker/compose.yml').document);
  const used = Object.values(services).flatMap(({ environment = {} }) => Object.keys(environment));
  const unknown = used.filter((name) => name.startsWith('TRIAD_') && !known.has(name));
  assert.deepEqual([...new Set(unknown)], []);
});

test('the rules find what they are for', () => {
  const good = composeFile.parse(read('docker/compose.yml').document).services.invoker;
  assert.ok(good);
  assert.ok(!service.safeParse({ ...good, privileged: true }).success);
  assert.ok(!service.safeParse({ ...good, read_only: false }).success);
  assert.ok(!service.safeParse({ ...good, ports: ['4181:4181'] }).success);
  assert.ok(!service.safeParse({ ...good, cap_drop: [] }).success);
  assert.ok(!service.safeParse({ ...good, user: '0:0' }).success);
  const { healthcheck: _, ...unchecked } = good;
  assert.ok(!service.safeParse(unchecked).success);
  for (const image of ['postgres', 'docker.io/library/postgres:latest', 'docker.io/library/node']) {
    assert.ok(!isPinned(image), image);
  }
});
