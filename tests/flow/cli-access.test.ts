import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditList, createdToken, tokenList } from '@triad/shared/contracts/access.ts';
import { triad } from '../harness/cli/triad.ts';
import { TriadProcess } from '../harness/cli/triad-process.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';

test('the first token is made before the system starts, is listed without its secret, and revoked', async (t) => {
  const environment = {
    TRIAD_HOME: await temporaryDirectory(),
    TRIAD_ORCHESTRATOR_PORT: '0',
    TRIAD_INVOKER_PORT: '0',
    TRIAD_WARM_WORKERS: '0',
  };
  const run = async (args: string[], host = '127.0.0.1') => {
    const { exitCode, stdout, stderr } = await triad(args, { ...environment, TRIAD_HOST: host });
    assert.equal(exitCode, 0, stderr);
    return stdout;
  };
  // As for a system that others can reach: what is booted for one command is for this machine alone.
  const create = ['tokens', 'create', '--name', 'ada', '--role', 'admin', '--json'];
  const made = await run(create, '0.0.0.0');
  const { id, token, role } = createdToken.parse(JSON.parse(made));
  assert.equal(role, 'admin');

  const up = new TriadProcess(['up'], environment);
  t.after(() => up.kill('SIGINT'));
  await up.saying('stdout', /Ctrl-C stops it/);
  await run(['tokens', 'revoke', id]);
  const listed = await run(['tokens', '--json']);
  const [only, ...others] = tokenList.parse(JSON.parse(listed)).tokens;
  assert.deepEqual([only?.id, only?.name, others.length], [id, 'ada', 0]);
  assert.ok(only?.revokedAt);
  assert.doesNotMatch(listed, new RegExp(token.slice(-43)));

  const { entries } = auditList.parse(JSON.parse(await run(['audit', '--json'])));
  assert.deepEqual(
    entries.map(({ actor, action }) => [actor, action]),
    [
      ['local', 'POST /v1/tokens/{id}:revoke'],
      ['local', 'POST /v1/tokens'],
    ],
  );
  assert.match(await run(['audit']), /local +done +POST \/v1\/tokens /);
});
