import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orNothing, rpcCode, rpcCodeOf } from '@triad/shared/http/rpc-code.ts';

const failed = (code: unknown) => Object.assign(new Error('it failed'), { code });

test('the code of an error is a number; those of the system are none', () => {
  assert.equal(rpcCodeOf(failed(5)), rpcCode.notFound);
  for (const error of [failed('ECONNRESET'), new Error('it failed'), { code: 5 }, undefined]) {
    assert.equal(rpcCodeOf(error), undefined);
  }
});

test('a code that is an answer is nothing, any other an error', async () => {
  const { notFound, alreadyExists } = rpcCode;
  assert.equal(await orNothing(Promise.resolve(7), notFound), 7);
  const call = () => Promise.reject(failed(alreadyExists));
  assert.equal(await orNothing(call(), notFound, alreadyExists), undefined);
  await assert.rejects(orNothing(call(), notFound), { code: alreadyExists });
  await assert.rejects(orNothing(Promise.reject(new Error('no code')), notFound), /no code/);
});
