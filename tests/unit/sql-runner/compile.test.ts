import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { compileProject } from '../../../sql-runner/compile/compile-project.ts';
import { inDataset, type Project } from '../../../sql-runner/compile/project.ts';
import { newSqlProject } from '../../harness/sql-runner/sql-project.ts';
import { repositorySql } from '../../harness/sql-runner/sql-runner-home.ts';

const runDate = '2011-12-10';
const compile = async (files: Record<string, string>): Promise<Project> =>
  compileProject(await newSqlProject(files), runDate);

const refusal = async (files: Record<string, string>): Promise<TriadError> => {
  const error = await compile(files).then(
    () => assert.fail('it compiled'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof TriadError, String(error));
  return error;
};

const replacing = `pre_operations { \${when(incremental(), \`DELETE FROM \${self()} WHERE run_date = DATE '\${dataform.projectConfig.vars.run_date}'\`)} }`;

suite('compiling a Dataform project', () => {
  test('actions come after those they read, whatever their files are called', async () => {
    const { actions, assertions, declarations } = await compile({
      'definitions/a_last.sqlx': `config { type: "table", tags: ["x"] }\nSELECT * FROM \${ref("b_middle")}`,
      'definitions/b_middle.sqlx': `config { type: "view" }\nSELECT * FROM \${ref("c_first")}`,
      'definitions/c_first.sqlx': `config { type: "incremental" }\n${replacing}\nSELECT * FROM \${ref("raw")}`,
      'definitions/raw.sqlx':
        'config { type: "declaration", name: "raw", columns: { id: "An id." } }',
      'definitions/check.sqlx': `config { type: "assertion" }\nSELECT * FROM \${ref("raw")}`,
    });
    assert.deepEqual(
      actions.map(({ name, kind, reads, tags }) => ({ name, kind, reads, tags })),
      [
        { name: 'c_first', kind: 'incremental', reads: ['raw'], tags: [] },
        { name: 'b_middle', kind: 'view', reads: ['c_first'], tags: [] },
        { name: 'a_last', kind: 'table', reads: ['b_middle'], tags: ['x'] },
      ],
    );
    assert.deepEqual(
      assertions.map(({ name, reads }) => ({ name, reads })),
      [{ name: 'check', reads: ['raw'] }],
    );
    assert.deepEqual(declarations, [{ name: 'raw', columns: ['id'], tags: [] }]);
  });

  test('the run date and includes reach the SQL, and one compilation serves any dataset', async () => {
    const { actions } = await compile({
      'includes/days.js': 'module.exports = { window: 7 };',
      'definitions/t.sqlx': `config { type: "table" }\nSELECT DATE '\${dataform.projectConfig.vars.run_date}' AS d, \${days.window} AS n FROM \${ref("u")}`,
      'definitions/u.sqlx': 'config { type: "table" }\nSELECT 1 AS x',
    });
    const text = actions.find(({ name }) => name === 't')?.text ?? '';
    assert.equal(
      inDataset(text, 'shop').trim(),
      "SELECT DATE '2011-12-10' AS d, 7 AS n FROM `shop.u`",
    );
  });

  test('JavaScript of the project may load other files of it', async () => {
    const { actions } = await compile({
      'includes/days.js': 'module.exports = { window: 7 };',
      'definitions/t.js': `const file = 'includes/days';
const { window } = require(file);
publish('t', { type: 'table' }).query(() => \`SELECT \${window} AS n\`);`,
    });
    assert.deepEqual(
      actions.map(({ name, text, file }) => ({ name, text, file })),
      [{ name: 't', text: 'SELECT 7 AS n', file: 'definitions/t.js' }],
    );
  });

  test('tests of uniqueness and of rows in a config become assertions with readable names', async () => {
    const { assertions } = await compile({
      'definitions/t.sqlx':
        'config { type: "table", assertions: { uniqueKey: ["id"], rowConditions: ["x > 0"] } }\nSELECT 1 AS id, 1 AS x',
    });
    assert.deepEqual(
      assertions.map(({ name }) => name),
      ['t_assertions_uniqueKey_0', 't_assertions_rowConditions'],
    );
  });

  test('the hash follows the SQL and the run date, and nothing else', () => {
    const hash = (date: string) => compileProject(repositorySql, date).hash;
    assert.equal(hash(runDate), hash(runDate));
    assert.notEqual(hash(runDate), hash('2011-12-11'));
  });

  test('one compilation leaves nothing behind for the next', async () => {
    const first = await compile({
      'definitions/t.sqlx': 'config { type: "table" }\nSELECT 1 AS x',
    });
    const second = await compile({
      'definitions/u.sqlx': 'config { type: "table" }\nSELECT 1 AS x',
    });
    assert.deepEqual(
      [...first.actions, ...second.actions].map(({ name }) => name),
      ['t', 'u'],
    );
  });

  const refused: [what: string, file: string, content: string, reason: RegExp][] = [
    [
      'a reference to nothing',
      't.sqlx',
      `config { type: "table" }\nSELECT * FROM \${ref("no_such")}`,
      /no_such/,
    ],
    [
      'JavaScript that fails',
      't.sqlx',
      `config { type: "table" }\nSELECT \${missing.thing}`,
      /missing is not defined/,
    ],
    [
      'a config that is no config',
      't.sqlx',
      'config { type: "table", nonsense: 1 }\nSELECT 1',
      /nonsense/,
    ],
    [
      'a circle',
      't.sqlx',
      'config { type: "table", dependencies: ["t"] }\nSELECT 1 AS x',
      /[Cc]ircular/,
    ],
    ['an operation', 't.sqlx', 'config { type: "operations" }\nDROP TABLE x', /only tables, views/],
    [
      'a dataset of its own',
      't.sqlx',
      'config { type: "table", schema: "elsewhere" }\nSELECT 1 AS x',
      /dataset of the run/,
    ],
    [
      'an incremental table that only appends',
      't.sqlx',
      'config { type: "incremental" }\nSELECT 1 AS x',
      /exactly one pre-operation/,
    ],
    [
      'an incremental table that deletes something else',
      't.sqlx',
      `config { type: "incremental" }\npre_operations { \${when(incremental(), \`DELETE FROM \${self()} WHERE TRUE\`)} }\nSELECT 1 AS x`,
      /exactly one pre-operation/,
    ],
    [
      'an incremental table that reads itself',
      't.sqlx',
      `config { type: "incremental" }\n${replacing}\nSELECT 1 AS x \${when(incremental(), "WHERE FALSE")}`,
      /may not depend on incremental/,
    ],
    [
      'an operation after the query',
      't.sqlx',
      'config { type: "table" }\nSELECT 1 AS x\npost_operations { SELECT 1 }',
      /post_operations do not run/,
    ],
  ];
  for (const [what, file, content, reason] of refused) {
    test(`${what} is DATAFORM_INVALID, naming the file`, async () => {
      const error = await refusal({ [`definitions/${file}`]: content });
      assert.equal(error.code, 'DATAFORM_INVALID');
      assert.match(error.message, reason);
      assert.match(error.message, /definitions\/t\.sqlx/);
    });
  }

  test('settings that do not parse, or for another Dataform, are DATAFORM_INVALID', async () => {
    for (const settings of ['defaultDataset: [', 'defaultDataset: x\ndataformCoreVersion: 2.9.0']) {
      const error = await refusal({ 'workflow_settings.yaml': settings });
      assert.equal(error.code, 'DATAFORM_INVALID');
      assert.match(error.message, /workflow_settings\.yaml/);
    }
  });

  test('a directory without a project is DATAFORM_INVALID', () => {
    assert.throws(
      () => compileProject('/nowhere', runDate),
      (error) => error instanceof TriadError && error.code === 'DATAFORM_INVALID',
    );
  });

  test('a run date that is none never reaches the SQL', async () => {
    const directory = await newSqlProject({});
    for (const date of ["2011-12-10'; DROP TABLE rfm; --", '2011-02-30', 'today']) {
      assert.throws(
        () => compileProject(directory, date),
        (error) => error instanceof TriadError && error.code === 'INPUT_INVALID',
      );
    }
  });
});
