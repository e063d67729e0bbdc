import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAccountRoles } from '@triad/shared/config/account-roles.ts';

const parse = (text: string) => parseAccountRoles('TRIAD_X', text);

test('accounts have the roles that are given to them', () => {
  assert.deepEqual(
    [...parse('{"push@shop.iam.gserviceaccount.com":"service","ada@shop.example":"admin"}')],
    [
      ['push@shop.iam.gserviceaccount.com', 'service'],
      ['ada@shop.example', 'admin'],
    ],
  );
  assert.equal(parse('{}').size, 0);
});

for (const wrong of [
  '',
  'x',
  '[]',
  '{"ada":"admin"}',
  '{"ada@x.example":"root"}',
  '{"a@b":["admin"]}',
]) {
  test(`accounts that are ${wrong || 'empty'} are CONFIG_INVALID`, () => {
    assert.throws(() => parse(wrong), {
      code: 'CONFIG_INVALID',
      message: /^Configuration TRIAD_X: expected a JSON object/,
    });
  });
}
