import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { openPostgres } from '@triad/shared/state/postgres-database.ts';
import { toPostgresError } from '@triad/shared/state/postgres-error.ts';
import { availablePort } from '../../harness/available-port.ts';

const failure = (code: string, message = 'reason') => Object.assign(new Error(message), { code });

test('what Postgres says becomes a coded error that names the database', () => {
  const codes = {
    '40001': 'STATE_BUSY',
    '40P01': 'STATE_BUSY',
    '53100': 'DISK_FULL',
    '53300': 'STATE_UNREACHABLE',
    '08006': 'STATE_UNREACHABLE',
    '57P01': 'STATE_UNREACHABLE',
    '25006': 'STATE_UNREACHABLE',
    '28P01': 'STATE_ACCESS_DENIED',
    '3D000': 'STATE_ACCESS_DENIED',
    '42501': 'STATE_ACCESS_DENIED',
    XX001: 'STATE_CORRUPT',
    ECONNREFUSED: 'STATE_UNREACHABLE',
    ENOTFOUND: 'STATE_UNREACHABLE',
  };
  for (const [sqlState, code] of Object.entries(codes)) {
    const error = toPostgresError(failure(sqlState), 'host/triad');
    assert.ok(error instanceof TriadError, sqlState);
    assert.equal(error.code, code, sqlState);
    assert.match(error.message, /host\/triad/);
  }
});

test('connections that break without a code are unreachable', () => {
  for (const message of [
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
  ]) {
    const error = toPostgresError(new Error(message), 'x');
    assert.ok(error instanceof TriadError && error.code === 'STATE_UNREACHABLE', message);
    assert.equal(error.retryable, true);
  }
});

test('a mistake of our own stays as it is', () => {
  const syntax = failure('42601');
  assert.equal(toPostgresError(syntax, 'x'), syntax);
  const coded = new TriadError('STATE_BUSY', { database: 'x', reason: 'y' });
  assert.equal(toPostgresError(coded, 'z'), coded);
});

test('a server that is not there is STATE_UNREACHABLE, without the password', async () => {
  const url = `postgres://triad:secret@127.0.0.1:${await availablePort()}/triad`;
  await assert.rejects(openPostgres({ url }), (error: Error) => {
    assert.ok(error instanceof TriadError && error.code === 'STATE_UNREACHABLE');
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});
