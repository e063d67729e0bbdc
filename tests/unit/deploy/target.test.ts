import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { type Git, gitIn, readCheckout } from '../../../cli/deploy/checkout.ts';
import { namespaceIn, targetOf, usualEnvironment } from '../../../cli/deploy/target.ts';
import { checkout, commit, environment } from '../../harness/deploy/environments.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

const today = '2026-02-20';

test('main is production; it stays, and its revisions wait to be promoted', () => {
  assert.equal(usualEnvironment('main'), 'production');
  const target = targetOf(environment('production'), checkout('main'), today, 14);
  assert.equal(target.namespace, 'production');
  assert.equal(target.isolated, null);
  assert.equal(target.promoted, true);
});

test('another branch is isolated in dev and expires', () => {
  assert.equal(usualEnvironment('login'), 'dev');
  const target = targetOf(environment('dev'), checkout('login'), today, 14);
  assert.equal(target.namespace, 'login');
  assert.deepEqual(target.isolated, { branch: 'login', expires: '2026-03-06' });
  assert.equal(target.promoted, false);
});

test('staging and production are deployed from main alone', () => {
  for (const name of ['staging', 'production'] as const) {
    assert.throws(() => namespaceIn(environment(name), 'login'), { code: 'DEPLOY_BRANCH_REFUSED' });
  }
});

test('files that differ from the commit keep staging and production from being deployed', () => {
  const dirty = checkout('main', { changes: 2 });
  for (const name of ['staging', 'production'] as const) {
    assert.throws(() => targetOf(environment(name), dirty, today, 14), {
      code: 'DEPLOY_TREE_DIRTY',
      message: `2 files differ from the commit; ${name} is deployed from commits alone.`,
    });
  }
  assert.equal(
    targetOf(environment('dev'), checkout('login', { changes: 2 }), today, 1).revision,
    commit('a'),
  );
});

const gitThat =
  (answers: Record<string, string>): Git =>
  async ([first = '']) => {
    const answer = answers[first];
    if (answer === undefined) throw new Error(`git ${first} failed`);
    return answer;
  };

test('a checkout is its branch, its commit and what differs', async () => {
  const git = gitThat({ 'rev-parse': commit('b'), branch: 'login', status: ' M a\n?? b' });
  assert.deepEqual(await readCheckout(git), {
    branch: 'login',
    revision: commit('b'),
    changes: 2,
  });
});

test('a commit without a branch is refused, unless the branch is named', async () => {
  const git = gitThat({ 'rev-parse': commit('b'), branch: '', status: '' });
  await assert.rejects(readCheckout(git), { code: 'DEPLOY_HEAD_DETACHED' });
  assert.equal((await readCheckout(git, 'main')).branch, 'main');
});

test('no checkout, and no git, are told apart', async () => {
  await assert.rejects(readCheckout(gitThat({})), { code: 'DEPLOY_NO_CHECKOUT' });
  const missing: Git = async () => {
    throw new TriadError('TOOL_MISSING', { tool: 'git' });
  };
  await assert.rejects(readCheckout(missing), { code: 'TOOL_MISSING' });
  const outside = gitIn(await temporaryDirectory());
  await assert.rejects(readCheckout(outside), { code: 'DEPLOY_NO_CHECKOUT' });
});
