import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { namespaceLimit, namespaceOf, underscored } from '../../../cli/deploy/namespace.ts';

const reserved = ['dev', 'staging', 'production'];

/** Names that look alike once they are shortened, and any others. */
const branch = fc.oneof(
  fc.string({ minLength: 1, maxLength: 60 }),
  fc.constantFrom('a/b', 'a-b', 'a_b', 'A-b', 'a--b', 'a-b-', '-a-b', 'ä-b', 'dev', 'main', '1.2'),
  fc.stringMatching(/^feature\/[a-z]{10,40}$/),
  fc.stringMatching(/^[a-z]{1,15}-[0-9a-f]{8}$/),
);

test('a namespace is fit for topics, datasets, services and labels', () => {
  fc.assert(
    fc.property(branch, (name) => {
      const namespace = namespaceOf(name, reserved);
      assert.match(namespace, /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/);
      assert.ok(namespace.length <= namespaceLimit);
      assert.ok(!reserved.includes(namespace));
      assert.ok(`${namespace}-triad-orchestrator`.length + 'previous'.length <= 46);
      assert.ok(`${namespace}-triad-orchestrator-r123456789012-1234`.length <= 63);
    }),
  );
});

test('no two branches share a namespace, a dataset or a database', () => {
  fc.assert(
    fc.property(fc.uniqueArray(branch, { maxLength: 30 }), (names) => {
      const namespaces = names.map((name) => namespaceOf(name, reserved));
      assert.equal(new Set(namespaces).size, names.length);
      assert.equal(new Set(namespaces.map(underscored)).size, names.length);
    }),
  );
});

test('a branch whose name took the namespace of another gets one of its own', () => {
  const taken = namespaceOf('feature/login', reserved);
  assert.match(taken, /^feature-lo-[0-9a-f]{8}$/);
  assert.notEqual(namespaceOf(taken, reserved), taken);
});

test('a simple name stays as it is', () => {
  assert.equal(namespaceOf('login-2', reserved), 'login-2');
  assert.match(namespaceOf('production', reserved), /^production-[0-9a-f]{8}$/);
});
