import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../../harness/architecture/sources.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

const script = join(repository, 'docker/image/bill-of-packages.ts');

test('packages of the system and Node join those of npm in the bill of materials', async () => {
  const directory = await temporaryDirectory();
  const write = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const zod = { name: 'zod', version: '4.0.0', purl: 'pkg:npm/zod@4.0.0' };
  const npm = write('npm.json', JSON.stringify({ bomFormat: 'CycloneDX', components: [zod] }));
  const system = write(
    'system',
    'ubuntu ii  libc6 1:2.36-9+deb12u10~1 amd64\nubuntu rc  gone 1.0 amd64\n',
  );
  const init = write('init', 'debian ii  tini 0.19.0-1 amd64\n');
  const bill = JSON.parse(String(execFileSync(process.execPath, [script, npm, system, init])));
  assert.equal(bill.bomFormat, 'CycloneDX');
  const [first, node, libc, tini, ...others] = bill.components;
  assert.deepEqual(first, zod);
  assert.equal(node.purl, `pkg:generic/node@${process.versions.node}`);
  const purl = 'pkg:deb/ubuntu/libc6@1:2.36-9%2Bdeb12u10~1?arch=amd64';
  assert.deepEqual(libc, {
    'bom-ref': purl,
    type: 'library',
    name: 'libc6',
    version: '1:2.36-9+deb12u10~1',
    purl,
  });
  assert.equal(tini.purl, 'pkg:deb/debian/tini@0.19.0-1?arch=amd64');
  assert.deepEqual(others, []);
});
