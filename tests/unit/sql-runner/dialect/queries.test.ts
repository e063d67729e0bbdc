import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Cell, Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import { freshWarehouse } from '../../../harness/sql-runner/fresh-warehouse.ts';

const people = `
  WITH people AS (
    SELECT 'ann' AS name, 'a' AS team, 3 AS points, NUMERIC '1.5' AS pay
    UNION ALL SELECT 'bob', 'a', 1, NUMERIC '2.5'
    UNION ALL SELECT 'cid', 'b', NULL, NUMERIC '4'
  )`;

suite('clauses of a query', () => {
  let warehouse: Warehouse;
  before(async () => {
    warehouse = await freshWarehouse();
  });
  after(() => warehouse.close());

  const cases: [what: string, query: string, rows: Cell[][]][] = [
    [
      'NULL sorts first, ascending',
      `${people} SELECT name FROM people ORDER BY points`,
      [['cid'], ['bob'], ['ann']],
    ],
    [
      'NULL sorts last, descending',
      `${people} SELECT name FROM people ORDER BY points DESC`,
      [['ann'], ['bob'], ['cid']],
    ],
    [
      'NULLS LAST and NULLS FIRST are kept',
      `${people} SELECT name FROM people ORDER BY points NULLS LAST`,
      [['bob'], ['ann'], ['cid']],
    ],
    [
      'a whole number in ORDER BY and GROUP BY is a position',
      `${people} SELECT team, COUNT(*) AS n FROM people GROUP BY 1 ORDER BY 2 DESC`,
      [
        ['a', 2n],
        ['b', 1n],
      ],
    ],
    [
      'HAVING, LIMIT and OFFSET',
      `${people} SELECT name FROM people GROUP BY name HAVING MAX(pay) / 2 > 0.5
       ORDER BY name LIMIT 1 OFFSET 1`,
      [['bob']],
    ],
    [
      'QUALIFY',
      `${people} SELECT name FROM people WHERE TRUE
       QUALIFY ROW_NUMBER() OVER (PARTITION BY team ORDER BY pay DESC) = 1 ORDER BY name`,
      [['bob'], ['cid']],
    ],
    ['SELECT DISTINCT', `${people} SELECT DISTINCT team FROM people ORDER BY team`, [['a'], ['b']]],
    [
      '* EXCEPT',
      `${people} SELECT * EXCEPT (points, pay) FROM people WHERE name = 'ann'`,
      [['ann', 'a']],
    ],
    [
      'joins of each kind',
      `${people}, teams AS (SELECT 'a' AS team, 'Alpha' AS title UNION ALL SELECT 'c', 'Gamma')
       SELECT COUNT(*), (SELECT COUNT(*) FROM people LEFT JOIN teams USING (team)),
         (SELECT COUNT(*) FROM people RIGHT JOIN teams ON people.team = teams.team),
         (SELECT COUNT(*) FROM people FULL JOIN teams ON people.team = teams.team),
         (SELECT COUNT(*) FROM people CROSS JOIN teams), (SELECT COUNT(*) FROM people, teams)
       FROM people AS p JOIN teams AS t ON p.team = t.team`,
      [[2n, 3n, 3n, 4n, 6n, 6n]],
    ],
    [
      'UNION DISTINCT, EXCEPT DISTINCT, INTERSECT DISTINCT',
      `SELECT x FROM (
         (SELECT 1 AS x UNION DISTINCT SELECT 1) UNION ALL
         (SELECT 2 AS x EXCEPT DISTINCT SELECT 3) UNION ALL
         (SELECT 4 AS x INTERSECT DISTINCT SELECT 4)) ORDER BY x`,
      [[1n], [2n], [4n]],
    ],
    [
      'ranking functions',
      `SELECT x, RANK() OVER (ORDER BY x), DENSE_RANK() OVER (ORDER BY x), NTILE(2) OVER (ORDER BY x, y),
         PERCENT_RANK() OVER (ORDER BY x), CUME_DIST() OVER (ORDER BY x)
       FROM (SELECT 1 AS x, 1 AS y UNION ALL SELECT 1, 2 UNION ALL SELECT 2, 3) ORDER BY x, y`,
      [
        [1n, 1n, 1n, 1n, 0, 2 / 3],
        [1n, 1n, 1n, 1n, 0, 2 / 3],
        [2n, 3n, 2n, 2n, 1, 1],
      ],
    ],
    [
      'functions over a window and its frame',
      `SELECT SUM(x) OVER (ORDER BY x), SUM(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW),
         COUNT(*) OVER (), COUNTIF(x > 1) OVER (), MIN(x) OVER (), MAX(x) OVER (ORDER BY x),
         LAG(x) OVER (ORDER BY x), LEAD(x, 2, 0) OVER (ORDER BY x),
         FIRST_VALUE(x) OVER (ORDER BY x), LAST_VALUE(x) OVER (ORDER BY x)
       FROM (SELECT 1 AS x UNION ALL SELECT 2 UNION ALL SELECT 3) ORDER BY x`,
      [
        [1n, 1n, 3n, 2n, 1n, 1n, null, 3n, 1n, 1n],
        [3n, 3n, 3n, 2n, 1n, 2n, 1n, 0n, 1n, 2n],
        [6n, 5n, 3n, 2n, 1n, 3n, 2n, 0n, 1n, 3n],
      ],
    ],
    ['a comment anywhere', 'SELECT -- one\n 1 /* two */ AS x -- three', [[1n]]],
    [
      'names in any case, and names that are keywords',
      'SELECT `select`, A.`group` FROM (SELECT 1 AS `select`, 2 AS `group`) AS a',
      [[1n, 2n]],
    ],
  ];
  for (const [what, text, rows] of cases) {
    test(what, async () => {
      assert.deepEqual((await warehouse.query({ text, origin: 'the test' })).rows, rows);
    });
  }

  test('a column without a name is called f0_, f1_ and so on', async () => {
    const text = "SELECT COUNT(*), 'x' AS x, MAX(1) FROM (SELECT 1)";
    const { columns } = await warehouse.query({ text, origin: 'the test' });
    assert.deepEqual(
      columns.map(({ name }) => name),
      ['f0_', 'x', 'f1_'],
    );
  });

  test('a parameter is bound with its type', async () => {
    const text = 'SELECT @day AS day, @n + 1 AS n, @name AS name';
    const parameters = {
      day: { type: 'DATE', value: '2011-12-10' },
      n: { type: 'INT64', value: 9007199254740993n },
      name: { type: 'STRING', value: "O'Hara" },
    } as const;
    const { rows } = await warehouse.query({ text, origin: 'the test', parameters });
    assert.deepEqual(rows, [['2011-12-10', 9007199254740994n, "O'Hara"]]);
  });
});
