import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { repository } from '../../harness/architecture/sources.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

const digest = `sha256:${'a'.repeat(64)}`;

/** Stands for docker, podman and buildah: writes down what it is asked for, and answers as they do. */
const fakeEngine = `#!/usr/bin/env bash
set -eu
echo "$(basename "$0") $*" >> "$FAKE_LOG"
case "$1 \${2:-}" in
  'image inspect') echo "docker.io/library/base@${digest}" ;;
  'inspect --type') echo "${digest}" ;;
  'create '*) echo made ;;
  'from '*) echo made ;;
  'cp '*) tar --create --file - --directory "$FAKE_FILES" sbom.cdx.json ;;
  'run '*) cat "$FAKE_FILES/sbom.cdx.json" ;;
  'build '*) [ -z "\${FAKE_FAILURE:-}" ] ;;
esac
`;

async function runBuild(args: string[], environment: Record<string, string> = {}) {
  const directory = await temporaryDirectory();
  for (const engine of ['docker', 'podman', 'buildah']) {
    writeFileSync(join(directory, engine), fakeEngine, { mode: 0o755 });
  }
  const log = join(directory, 'log');
  writeFileSync(log, '');
  writeFileSync(join(directory, 'sbom.cdx.json'), '{"bomFormat":"CycloneDX"}');
  const { status, stderr } = spawnSync(
    join(repository, 'docker/build.sh'),
    ['--sbom', join(directory, 'sbom'), ...args],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${directory}:${process.env.PATH}`,
        FAKE_LOG: log,
        FAKE_FILES: directory,
        ...environment,
      },
    },
  );
  const asked = readFileSync(log, 'utf8').trim().split('\n');
  return { status, stderr, asked, sbomOf: (image: string) => readSbom(directory, image) };
}

const readSbom = (directory: string, image: string): string =>
  readFileSync(join(directory, 'sbom', `${image}.cdx.json`), 'utf8');

const revision = execFileSync('git', ['rev-parse', 'HEAD'], {
  cwd: repository,
  encoding: 'utf8',
}).trim();

describe('docker/build.sh', () => {
  for (const engine of ['docker', 'podman', 'buildah']) {
    test(`${engine} builds from the digest that the base has, and the bill of materials is kept`, async () => {
      const { status, stderr, asked, sbomOf } = await runBuild(['--engine', engine, 'trainer']);
      assert.equal(status, 0, stderr);
      const build = asked.find((line) => line.startsWith(`${engine} build `)) ?? '';
      assert.match(build, / --platform linux\/amd64 --file docker\/trainer\/Dockerfile/);
      assert.match(build, new RegExp(`--tag localhost/triad/trainer:${revision}(-dirty)? `));
      assert.match(build, new RegExp(`--build-arg NODE_DIGEST=${digest}`));
      assert.equal(build.includes('--format docker'), engine !== 'docker');
      assert.equal(sbomOf('trainer'), '{"bomFormat":"CycloneDX"}');
    });
  }

  test('all images are built, and pushed when all are built', async () => {
    const args = ['--engine', 'docker', '--prefix', 'example.com/p', '--revision', 'r1', '--push'];
    const { status, stderr, asked } = await runBuild(args);
    assert.equal(status, 0, stderr);
    const names = [
      'container',
      'embedded',
      'invoker',
      'orchestrator',
      'sql-runner',
      'trainer-gpu',
      'trainer',
    ];
    const pushed = asked.filter((line) => line.startsWith('docker push '));
    assert.deepEqual(
      pushed.toSorted(),
      names.map((name) => `docker push example.com/p/${name}:r1`),
    );
    const lastBuild = asked.findLastIndex((line) => line.startsWith('docker build '));
    assert.ok(lastBuild < asked.indexOf(pushed[0] ?? ''));
    assert.match(asked.join('\n'), new RegExp(`trainer-gpu/.*CUDA_DIGEST=${digest}`));
  });

  test('a digest that is given is not asked for; none leaves it to the tag', async () => {
    const given = await runBuild(['--engine', 'docker', '--node-digest', 'sha256:1', 'invoker']);
    assert.ok(given.asked.some((line) => line.includes('NODE_DIGEST=sha256:1')));
    const none = await runBuild(['--engine', 'docker', '--node-digest', 'none', 'invoker']);
    assert.ok(none.asked.some((line) => /NODE_DIGEST= /.test(line)));
    for (const { asked } of [given, none])
      assert.ok(!asked.some((line) => line.includes(' pull ')));
  });

  for (const engine of ['docker', 'podman', 'buildah']) {
    test(`${engine}: base, image and what is read of it are of the platform that is asked for`, async () => {
      const args = ['--engine', engine, '--platform', 'linux/arm64', 'invoker'];
      const { status, stderr, asked } = await runBuild(args);
      assert.equal(status, 0, stderr);
      const start = engine === 'buildah' ? 'from' : 'create';
      for (const command of ['pull', 'build', start]) {
        const line = asked.find((one) => one.startsWith(`${engine} ${command} `));
        assert.match(line ?? command, / --platform linux\/arm64 /);
      }
    });
  }

  test("npm's settings are a secret of the build, not an argument", async () => {
    const { asked } = await runBuild([
      '--engine',
      'buildah',
      '--chroot',
      '--npmrc',
      '/x/npmrc',
      'invoker',
    ]);
    const build = asked.find((line) => line.startsWith('buildah build ')) ?? '';
    assert.match(build, /--isolation chroot .*--secret id=npmrc,src=\/x\/npmrc/);
  });

  test('the first engine that answers is taken', async () => {
    const { asked } = await runBuild(['--node-digest', 'none', 'invoker']);
    assert.equal(asked[0], 'docker info');
    assert.ok(asked.some((line) => line.startsWith('docker build ')));
  });

  for (const [args, expected] of [
    [['--engine', 'kaniko'], /knows no engine kaniko/],
    [['--engine', 'docker', 'nothing'], /there is no docker\/nothing\/Dockerfile/],
    [['--engine', 'docker', '--chroot'], /--chroot is for buildah/],
    [['--quick', 'x'], /unknown option --quick/],
    [['--prefix'], /--prefix needs a value/],
  ] as const) {
    test(`${args.join(' ')} is refused`, async () => {
      const { status, stderr, asked } = await runBuild([...args]);
      assert.equal(status, 1);
      assert.match(stderr, expected);
      assert.ok(!asked.some((line) => line.includes(' build ')));
    });
  }

  test('a build that fails is not pushed', async () => {
    const args = ['--engine', 'docker', '--push', 'invoker'];
    const { status, asked } = await runBuild(args, { FAKE_FAILURE: 'yes' });
    assert.notEqual(status, 0);
    assert.ok(!asked.some((line) => line.includes(' push ')));
  });
});
