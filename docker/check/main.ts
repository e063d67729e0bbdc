import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  forbiddenFiles,
  installedDebs,
  installedPackages,
  type LockFile,
  unneededPackages,
} from './image-rules.ts';
import { images, imageUser } from './images.ts';
import { loadLibrary, makeSnapshot, runContainer, trainModel } from './job-chain.ts';
import { filesOf, type Image, imagesOf, openImage, sizeOf } from './open-image.ts';
import { openReport } from './report.ts';
import { checkInGoogleCloud, checkServices } from './run-services.ts';
import { checkStarts, timesOf } from './starts.ts';
import { withBench } from './workbench.ts';

/*
 * node docker/check/main.ts --prefix P --revision R --base IMAGE --secret TEXT [--report-starts]
 * Looks into all images that build.sh built with buildah, and runs them. Needs root.
 */

const { values } = parseArgs({
  options: {
    prefix: { type: 'string', default: 'localhost/triad' },
    revision: { type: 'string', default: '' },
    base: { type: 'string', default: '' },
    /** A text of the build that must be in no image. */
    secret: { type: 'string', default: '' },
    /** A late start is told, and no failure. */
    'report-starts': { type: 'boolean', default: false },
  },
});
const { prefix, revision, base, secret, 'report-starts': reportOnly } = values;

/** What the invoker may take above its base, in bytes. */
const INVOKER_LIMIT = 250_000_000;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

const repository = resolve(import.meta.dirname, '../..');
const lock = JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8')) as LockFile;

const { check, conclude } = openReport();

async function inspect(image: Image, baseBytes: number): Promise<void> {
  const { name, config, root } = image;
  const kind = images[name];
  assert.ok(kind, `${name} is no image`);
  const files = filesOf(image);
  const paths = files.map(({ path }) => path);
  const installed = installedPackages(paths);
  await check(`${name}: size above its base`, () => {
    const bytes = sizeOf(image) - baseBytes;
    if (name === 'invoker') assert.ok(bytes <= INVOKER_LIMIT, megabytes(bytes));
    return megabytes(bytes);
  });
  await check(`${name}: only packages that it needs`, () => {
    assert.ok(installed.length > 20, `only ${installed.length} packages found`);
    assert.deepEqual(unneededPackages(installed, kind.workspaces, lock, kind.peers), []);
    return `${installed.length} packages`;
  });
  await check(`${name}: no test, source map, secret or repository`, () => {
    assert.deepEqual(forbiddenFiles(paths), []);
    assert.ok(secret.length > 20, '--secret is needed');
    const found = execFileSync('sh', [
      '-c',
      'grep -rlF -- "$1" "$2" || test $? -eq 1',
      'sh',
      secret,
      root,
    ]);
    assert.equal(found.toString(), '');
  });
  await check(`${name}: settings`, () => {
    assert.equal(config.User, `${imageUser.uid}:${imageUser.gid}`);
    assert.equal(config.Labels['org.opencontainers.image.revision'], revision);
    const digest = config.Labels['org.opencontainers.image.base.digest'] ?? '';
    assert.match(digest, /^sha256:[0-9a-f]{64}$/, 'digest of the base');
    assert.ok(config.Env.includes(`TRIAD_CODE_REVISION=${revision}`), 'TRIAD_CODE_REVISION');
    const test = config.Healthcheck?.Test ?? [];
    assert.equal(test[0], kind.kind === 'service' ? 'CMD' : 'NONE', 'health check');
  });
  await check(`${name}: its files are not its user's`, () => {
    const own = files
      .filter(({ uid, isOpen, path }) => {
        return uid === imageUser.uid || (isOpen && path.startsWith('triad/'));
      })
      .map(({ path }) => path);
    assert.deepEqual(own, ['var/lib/triad']);
  });
  await check(`${name}: its user can read all of Triad, and what was compiled for it`, () => {
    const ours = files.filter(({ path }) => path.startsWith('triad/'));
    const closed = ours.filter(({ isReadable }) => !isReadable).map(({ path }) => path);
    assert.deepEqual(closed, []);
    const compiled = new RegExp(`^triad/\\.compiled/v[^/]*-${imageUser.uid}/`);
    const count = paths.filter((path) => compiled.test(path)).length;
    assert.ok(count > 100, `only ${count} compiled files`);
    return `${count} compiled files`;
  });
  await check(`${name}: bill of materials`, () => {
    const text = readFileSync(join(root, 'triad/sbom.cdx.json'), 'utf8');
    const { bomFormat, components } = JSON.parse(text) as {
      bomFormat: string;
      components: { name: string; version: string; purl: string }[];
    };
    assert.equal(bomFormat, 'CycloneDX');
    const of = (kind: string) => components.filter(({ purl }) => purl.startsWith(`pkg:${kind}/`));
    const [npm, debs] = [of('npm'), of('deb')];
    assert.ok(npm.length > 20, `only ${npm.length} packages of npm`);
    // tini is a copy of the file alone, which the image's own dpkg knows nothing of.
    const installed = [
      ...installedDebs(readFileSync(join(root, 'var/lib/dpkg/status'), 'utf8')),
      'tini',
    ];
    assert.deepEqual(debs.map(({ name }) => name).sort(), installed.sort());
    for (const { name, version, purl } of debs)
      assert.ok(version !== '' && purl.includes('?arch='), name);
    assert.equal(of('generic')[0]?.name, 'node');
    return `${npm.length} packages of npm, ${debs.length} of the system`;
  });
}

async function runAll(open: (name: string) => Image): Promise<void> {
  await check('orchestrator and invoker answer on a root that cannot be written', () =>
    withBench(async (bench) => {
      const pair = { orchestrator: open('orchestrator'), invoker: open('invoker') };
      const { orchestratorMs, invokerMs } = await checkServices(bench, pair);
      const invoker = checkStarts('/healthcheck', invokerMs, { reportOnly });
      return `${invoker}; of the orchestrator's /healthz after ${timesOf([orchestratorMs])}`;
    }),
  );
  await check('the invoker starts in the profile gcp, with nothing of the cloud in reach', () =>
    withBench(async (bench) =>
      checkStarts('/healthz', await checkInGoogleCloud(bench, open('invoker')), { reportOnly }),
    ),
  );
  await check('sql-runner, trainer and trainer-gpu do jobs', () =>
    withBench(async (bench) => {
      const snapshot = await makeSnapshot(bench, open('sql-runner'));
      const model = await trainModel(bench, open('trainer'), snapshot);
      const onGpuImage = await trainModel(bench, open('trainer-gpu'), snapshot);
      assert.match(model, /^[0-9a-f]{64}$/);
      return `models ${model.slice(0, 12)} and ${onGpuImage.slice(0, 12)}`;
    }),
  );
  await check('container runs the program of a step', () =>
    withBench((bench) => runContainer(bench, open('container'))),
  );
  await check('trainer-gpu has the loader of Vulkan, and it can be loaded', () =>
    withBench(async (bench) => {
      const image = open('trainer-gpu');
      await loadLibrary(bench, image, 'libvulkan.so.1');
      await assert.rejects(
        loadLibrary(bench, image, 'libvulkan.so.0'),
        /cannot open shared object/,
      );
      const isGiven = (line: string) => /^NVIDIA_DRIVER_CAPABILITIES=.*graphics/.test(line);
      assert.ok(image.config.Env.some(isGiven), 'NVIDIA_DRIVER_CAPABILITIES');
    }),
  );
}

const { open, close } = imagesOf(prefix, revision);
const baseImage = openImage('base', base);
try {
  const baseBytes = sizeOf(baseImage);
  process.stdout.write(`base: ${megabytes(baseBytes)}\n`);
  for (const name of Object.keys(images)) await inspect(open(name), baseBytes);
  await runAll(open);
} finally {
  baseImage.close();
  close();
}
conclude();
