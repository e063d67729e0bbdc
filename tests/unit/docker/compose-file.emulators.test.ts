import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { type ComposeService, readCompose } from '../../../docker/check/compose-file.ts';
import { repository } from '../../harness/architecture/sources.ts';
import { buildGo } from '../../harness/emulators/build-go.ts';

const program = await buildGo(join(repository, 'tests/emulators/compose-go'));

/** What Docker Compose's own library makes of a file. */
function resolvedBy(path: string, variables: Record<string, string>): unknown {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...variables };
  return JSON.parse(execFileSync(program, [path], { env, encoding: 'utf8', stdio: 'pipe' }));
}

/** A service of our own reading in the words of the library. */
function inItsWords(service: ComposeService, path: string, volumes: object): object {
  const { environment, healthcheck, depends_on: waits = {}, volumes: mounted = [] } = service;
  const { networks, stop_grace_period: grace, ports = [], ...rest } = service;
  return {
    ...rest,
    command: service.command ?? null,
    entrypoint: service.entrypoint ?? null,
    networks: Object.fromEntries(networks.map((name) => [name, null])),
    ...(environment && { environment }),
    healthcheck: 'test' in healthcheck ? { test: healthcheck.test } : healthcheck,
    depends_on: Object.fromEntries(
      Object.entries(waits).map(([name, wait]) => [name, wait.condition]),
    ),
    volumes: mounted.map((volume) => {
      const [from = '', target, mode] = volume.split(':');
      const isNamed = Object.hasOwn(volumes, from);
      const source = isNamed ? from : resolve(dirname(path), from);
      return { type: isNamed ? 'volume' : 'bind', source, target, isReadOnly: mode === 'ro' };
    }),
    ports: ports.map((port) => port.split(':')),
    grace: grace ?? null,
  };
}

interface Resolved {
  healthcheck: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
  volumes?: { type: string; source: string; target: string; read_only?: boolean }[];
  ports?: { host_ip: string; published: string; target: number }[];
  stop_grace_period?: string;
}

function inComparableWords(service: Resolved): object {
  const { healthcheck, depends_on: waits = {}, volumes = [], ports = [], ...rest } = service;
  const { stop_grace_period: grace, ...others } = rest;
  return {
    ...others,
    healthcheck: healthcheck.test ? { test: healthcheck.test } : { disable: healthcheck.disable },
    depends_on: Object.fromEntries(
      Object.entries(waits).map(([name, wait]) => [name, wait.condition]),
    ),
    volumes: volumes.map(({ type, source, target, read_only: isReadOnly = false }) => ({
      ...{ type, source, target, isReadOnly },
    })),
    ports: ports.map(({ host_ip: host, published, target }) => [host, published, String(target)]),
    grace: grace ?? null,
  };
}

for (const name of ['compose.yml', 'compose.emulators.yml']) {
  const path = join(repository, 'docker', name);

  test(`${name}: Docker Compose's own library reads it as the check of the images does`, () => {
    const variables = { TRIAD_REVISION: '0123abc', TRIAD_SERVICE_TOKEN: 'a'.repeat(32) };
    const ours = readCompose(path, variables);
    const theirs = resolvedBy(path, variables) as { services: Record<string, Resolved> };
    assert.deepEqual(Object.keys(theirs.services).sort(), Object.keys(ours.services).sort());
    for (const [key, service] of Object.entries(ours.services)) {
      const found = theirs.services[key];
      assert.ok(found);
      assert.deepEqual(inComparableWords(found), inItsWords(service, path, ours.volumes), key);
    }
  });

  test(`${name}: it starts only where its variables are set`, () => {
    assert.throws(() => resolvedBy(path, {}), /variable TRIAD_\w+ is missing a value/);
  });
}
