import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { renamed, withParameterPrefix } from '@triad/shared/warehouse/bigquery-references.ts';

const rename = (text: string) =>
  renamed(text, { dataset: (dataset) => `dev_${dataset}`, defaultDataset: 'triad' });

suite('the tables of a query under their names in BigQuery', () => {
  for (const [what, text, expected] of [
    ['a dataset', 'SELECT x FROM shop.t', 'SELECT x FROM `dev_shop.t`'],
    ['no dataset', 'select x from t where y', 'select x from `dev_triad.t` where y'],
    ['one quoted name', 'SELECT x FROM `shop.t`', 'SELECT x FROM `dev_shop.t`'],
    ['two quoted names', 'SELECT x FROM `shop`.`t` AS a', 'SELECT x FROM `dev_shop.t` AS a'],
    ['a project', 'SELECT 1 FROM `other-1.shop.t`', 'SELECT 1 FROM `other-1.shop.t`'],
    ['a dashed project', 'SELECT 1 FROM other-1.shop.t', 'SELECT 1 FROM other-1.shop.t'],
    [
      'the schema of a dataset',
      'SELECT 1 FROM shop.INFORMATION_SCHEMA.TABLES',
      'SELECT 1 FROM `dev_shop.INFORMATION_SCHEMA.TABLES`',
    ],
    [
      'joins and lists',
      'SELECT shop.a FROM shop.t AS shop JOIN b.u ON shop.t = u.t, c.v LEFT JOIN w USING (a, b)',
      'SELECT shop.a FROM `dev_shop.t` AS shop JOIN `dev_b.u` ON shop.t = u.t, `dev_c.v` LEFT JOIN `dev_triad.w` USING (a, b)',
    ],
    [
      'parentheses',
      'SELECT 1 FROM (shop.a JOIN (SELECT x.y FROM shop.b) USING (y)) WHERE y IN (SELECT y FROM shop.c)',
      'SELECT 1 FROM (`dev_shop.a` JOIN (SELECT x.y FROM `dev_shop.b`) USING (y)) WHERE y IN (SELECT y FROM `dev_shop.c`)',
    ],
    [
      'names of WITH',
      'WITH a AS (SELECT 1 FROM shop.t), b AS (SELECT * FROM a) SELECT * FROM a JOIN b CROSS JOIN c',
      'WITH a AS (SELECT 1 FROM `dev_shop.t`), b AS (SELECT * FROM a) SELECT * FROM a JOIN b CROSS JOIN `dev_triad.c`',
    ],
    [
      'arrays and functions',
      'SELECT x FROM UNNEST([1, 2]) AS x WITH OFFSET AS o, UNNEST(t.y), shop.t',
      'SELECT x FROM UNNEST([1, 2]) AS x WITH OFFSET AS o, UNNEST(t.y), `dev_shop.t`',
    ],
    [
      'other uses of FROM',
      'SELECT EXTRACT(DAY FROM t.d), t.a IS NOT DISTINCT FROM t.b, COUNT(DISTINCT t.c) FROM shop.t',
      'SELECT EXTRACT(DAY FROM t.d), t.a IS NOT DISTINCT FROM t.b, COUNT(DISTINCT t.c) FROM `dev_shop.t`',
    ],
    [
      'texts and comments',
      `SELECT 'FROM a.b', """FROM 'a'.b""", r'\\' FROM a.b -- FROM a.b\nWHERE /* FROM a.b */ "x\\"FROM a.b" = '' # FROM a.b`,
      `SELECT 'FROM a.b', """FROM 'a'.b""", r'\\' FROM a.b -- FROM a.b\nWHERE /* FROM a.b */ "x\\"FROM a.b" = ''`,
    ],
    [
      'sets of rows',
      '(SELECT a FROM shop.t ORDER BY a, b) UNION ALL SELECT a, b FROM shop.u GROUP BY a, b;',
      '(SELECT a FROM `dev_shop.t` ORDER BY a, b) UNION ALL SELECT a, b FROM `dev_shop.u` GROUP BY a, b',
    ],
  ] as const) {
    test(what, () => assert.equal(rename(text), expected));
  }

  test('anything but one SELECT is refused', () => {
    for (const text of [
      'DELETE FROM shop.t WHERE TRUE',
      'SELECT 1; DROP TABLE shop.t',
      'BEGIN SELECT 1; END',
      '',
    ]) {
      assert.throws(() => rename(text), { code: 'SQL_READ_ONLY' }, text);
    }
    assert.equal(rename("SELECT ';' -- ;\n;"), "SELECT ';'");
  });

  test('parameters get a prefix, and nothing else does', () => {
    const text = "SELECT @a, '@b', `@c`, @@d.e -- @f\n, @a_b";
    assert.equal(
      withParameterPrefix(text, 's1_'),
      "SELECT @s1_a, '@b', `@c`, @@d.e -- @f\n, @s1_a_b",
    );
  });
});
