import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';

const repository = resolve(import.meta.dirname, '../../..');

for (const main of [
  'trainer/main.ts',
  'sql-runner/main.ts',
  'shared/jobs/container/container-main.ts',
]) {
  test(`${main} says in one line what is wrong with its configuration, and exits 1`, () => {
    const env = { PATH: process.env.PATH, TRIAD_PROFILE: 'gcp' };
    const { status, stdout, stderr } = spawnSync(process.execPath, [resolve(repository, main)], {
      env,
      encoding: 'utf8',
    });
    assert.equal(stdout, '');
    const { code, message, severity, fix, err } = JSON.parse(stderr);
    assert.equal(code, 'CONFIG_INVALID');
    assert.match(message, /TRIAD_GCP_PROJECT/);
    assert.equal(severity, 'ERROR');
    assert.ok(fix.length > 0);
    assert.equal(err, undefined);
    assert.equal(status, 1);
  });
}
