import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { wrapper } from '@triad/shared/jobs/cloud/cloud-container.ts';
import { images, imageUser } from '../../../docker/check/images.ts';
import { repository } from '../../harness/architecture/sources.ts';
import {
  type Dockerfile,
  effectiveInstructions,
  parseDockerfile,
} from '../../harness/docker/dockerfile.ts';

const read = (path: string): string => readFileSync(join(repository, path), 'utf8');
const files = globSync('docker/*/Dockerfile', { cwd: repository }).sort();

/** What is wrong with a Dockerfile, in words. */
function findings(file: Dockerfile): string[] {
  const { globals, stages } = file;
  const found: string[] = [];
  const expect = (isSo: boolean, finding: string) => {
    if (!isSo) found.push(finding);
  };
  const last = effectiveInstructions(file);
  const texts = (name: string) => last.filter((one) => one.name === name).map(({ text }) => text);
  const all = stages.flatMap(({ instructions }) => instructions);

  const user = /^(\d+):(\d+)$/.exec(texts('USER').at(-1) ?? '');
  expect(user !== null && Number(user[1]) > 0 && Number(user[2]) > 0, 'runs as root');
  const known = new Set(stages.flatMap(({ name }) => name ?? []));
  for (const { from } of stages.filter(({ from }) => !known.has(from))) {
    const [, image, digest] = /^\$\{(\w+)\}\$\{(\w+):\+@\$\w+\}$/.exec(from) ?? [];
    const argument = (name = '') => globals.find(({ text }) => text.startsWith(`${name}=`));
    expect(argument(digest)?.text === `${digest}=`, `${from}: no digest as an argument`);
    expect(/=.+:[\w.-]+$/.test(argument(image)?.text ?? ''), `${from}: no default tag`);
    expect(!/:latest$/.test(argument(image)?.text ?? ''), `${from}: the tag latest`);
  }
  expect(texts('HEALTHCHECK').length > 0, 'no HEALTHCHECK');
  expect(texts('ENTRYPOINT').at(-1)?.startsWith('["tini"') ?? false, 'no init process');
  expect(texts('CMD').at(-1)?.startsWith('["node", ') ?? false, 'no CMD as a list');
  expect(!all.some(({ name }) => name === 'ADD'), 'ADD');
  expect(
    all.some(({ name, text }) => name === 'COPY' && /\bpackage-lock\.json\b/.test(text)),
    'no lock file',
  );
  const label = texts('LABEL').join(' ');
  expect(label.includes('org.opencontainers.image.revision="$REVISION"'), 'no revision');
  expect(!texts('COPY').some((text) => /^\.\s|\s\.env|\btests\b/.test(text)), 'copies too much');
  const secret = /(TOKEN|PASSWORD|SECRET|KEY)\w*=/;
  expect(
    ![...globals, ...all].some(({ name, text }) => /ARG|ENV/.test(name) && secret.test(text)),
    'a secret as an argument or a variable',
  );
  return found;
}

test('every image has a Dockerfile, and every Dockerfile is known', () => {
  assert.deepEqual(files.map((path) => basename(dirname(path))).sort(), Object.keys(images).sort());
});

for (const path of files) {
  describe(path, () => {
    const file = parseDockerfile(read(path));
    const name = basename(dirname(path));
    const kind = images[name];
    const own = effectiveInstructions(file);
    const copied = own
      .filter((one) => one.name === 'COPY' && !one.text.startsWith('--from'))
      .map(({ text }) => text)
      // What the packages are installed by.
      .filter((text) => !/\bpackage\.json\b/.test(text));
    const workspaces = ['shared', ...(kind?.workspaces ?? [])];

    test('keeps the rules', () => assert.deepEqual(findings(file), []));

    test('runs as the user that the check expects', () => {
      const user = own.filter((one) => one.name === 'USER').at(-1);
      assert.equal(user?.text, `${imageUser.uid}:${imageUser.gid}`);
    });

    test('has its workspaces, and no other', () => {
      const folders = copied.map((text) => text.split(/[ /]/)[0]);
      const expected = folders.filter((folder) => folder !== 'docker' && folder !== 'sql');
      assert.deepEqual(expected.sort(), workspaces.toSorted());
      const hasSql = kind?.workspaces.includes('sql-runner') ?? false;
      assert.equal(folders.includes('sql'), hasSql, 'sql');
    });

    test('installs what these workspaces need', () => {
      const dependencies = file.stages.find((stage) => stage.name === 'dependencies');
      const texts = dependencies?.instructions.map(({ text }) => text) ?? [];
      for (const workspace of workspaces) {
        assert.ok(texts.includes(`${workspace}/package.json ${workspace}/`), workspace);
      }
      const install = texts.find(
        (text) => text.includes('sh install.sh ') && !text.startsWith('docker'),
      );
      const [, ...installed] = install?.split('sh install.sh ')[1]?.split(' ') ?? [];
      assert.deepEqual(installed.sort(), [...(kind?.workspaces ?? [])].sort());
      const peers = /\bPEERS='([^']+)'/.exec(install ?? '')?.[1]?.split(' ') ?? [];
      assert.deepEqual(peers, kind?.peers ?? []);
    });

    test('a service has a health check, a job has none', () => {
      const check = own.find((one) => one.name === 'HEALTHCHECK')?.text ?? '';
      if (kind?.kind === 'service')
        assert.match(check, /CMD \["node", "docker\/image\/healthcheck/);
      else assert.equal(check, 'NONE');
    });

    test('its program is there', () => {
      const command = own.filter((one) => one.name === 'CMD').at(-1)?.text ?? '[]';
      const [, main = ''] = JSON.parse(command) as string[];
      assert.ok(existsSync(join(repository, main)), main);
    });
  });
}

test('the wrapper of container steps is where the cloud starts it', () => {
  const file = parseDockerfile(read('docker/container/Dockerfile'));
  const own = effectiveInstructions(file);
  const last = (name: string) => own.filter((one) => one.name === name).at(-1)?.text ?? '';
  const [tini = '', ...rest] = wrapper;
  assert.ok(own.some(({ name, text }) => name === 'COPY' && text.endsWith(` ${tini}`)));
  const words = (name: string) => JSON.parse(last(name)) as string[];
  const started = [...words('ENTRYPOINT'), ...words('CMD')].map((word) => word.split('/').at(-1));
  assert.deepEqual(
    started,
    [tini, ...rest].map((word) => word.split('/').at(-1)),
  );
  const main = wrapper.at(-1) ?? '';
  assert.equal(main, `${last('WORKDIR')}/${words('CMD').at(-1)}`);
});

test('the rules find what they are for', () => {
  const wrong = `
FROM node:latest
ADD https://example.com/x /x
ENV API_TOKEN=x
COPY . .
CMD node main.ts
`;
  assert.deepEqual(findings(parseDockerfile(wrong)), [
    'runs as root',
    'node:latest: no digest as an argument',
    'node:latest: no default tag',
    'no HEALTHCHECK',
    'no init process',
    'no CMD as a list',
    'ADD',
    'no lock file',
    'no revision',
    'copies too much',
    'a secret as an argument or a variable',
  ]);
});

test('what is installed is what the lock file says, without what only developers need', () => {
  const script = read('docker/image/install.sh');
  assert.match(script, /^npm ci --omit=dev --ignore-scripts/m);
  assert.match(script, /{ peerDependencies, peerDependenciesMeta: undefined }/);
});

test('the builder is sent only what images are made of', () => {
  const lines = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  assert.equal(lines[0], '*');
  const sent = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  assert.deepEqual(sent.sort(), [
    ...['cli', 'docker/image', 'invoker', 'orchestrator', 'package-lock.json', 'package.json'],
    ...['shared', 'sql', 'sql-runner', 'trainer'],
  ]);
  for (const never of ['**/.env*', '**/.npmrc', '**/node_modules', '**/*.test.ts', '**/*.map']) {
    assert.ok(lines.includes(never), never);
  }
});
