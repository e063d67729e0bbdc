import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue, isErrorCode } from '@triad/shared/errors/catalogue.ts';
import { errorFromReport } from '@triad/shared/errors/error-from-report.ts';
import { exitCode, exitCodeOf } from '@triad/shared/errors/exit-code.ts';
import { parseInput } from '@triad/shared/errors/parse-input.ts';
import { TriadError, toTriadError } from '@triad/shared/errors/triad-error.ts';
import { z } from 'zod';

test('an error takes its words from the catalogue and its details from the caller', () => {
  const cause = new Error('why');
  const details = { port: 4180, service: 'orchestrator', variable: 'TRIAD_ORCHESTRATOR_PORT' };
  const error = new TriadError('PORT_IN_USE', details, { cause });
  assert.equal(error.message, 'Port 4180 of orchestrator is already in use.');
  assert.match(error.fix, /TRIAD_ORCHESTRATOR_PORT/);
  assert.deepEqual([error.code, error.httpStatus, error.retryable], ['PORT_IN_USE', 409, false]);
  assert.equal(error.cause, cause);
  const { code, message, fix, retryable } = error;
  assert.deepEqual(error.report(), { code, message, fix, retryable });
});

test('a detail that looks like a placeholder is left as it is', () => {
  const error = new TriadError('NOT_FOUND', { what: '{name}', name: '$& {what}' });
  assert.equal(error.message, 'No {name} named $& {what}.');
});

test('an error that crosses a process border and back keeps its code and words', () => {
  const sent = new TriadError('WAREHOUSE_BUSY', { path: 'x.duckdb' });
  const received = errorFromReport(JSON.parse(JSON.stringify(sent.report())));
  assert.deepEqual(received.report(), sent.report());
});

test('anything that is thrown becomes a coded error with its cause', () => {
  const coded = new TriadError('JOB_LOST');
  assert.equal(toTriadError(coded), coded);
  const bug = new RangeError('out of it');
  assert.deepEqual([toTriadError(bug).code, toTriadError(bug).cause], ['INTERNAL', bug]);
  assert.match(toTriadError(bug).message, /out of it/);
  assert.match(toTriadError('just text').message, /just text/);
});

test('only codes of the catalogue are codes', () => {
  for (const code of Object.keys(catalogue)) assert.ok(isErrorCode(code));
  for (const name of ['toString', '__proto__', 'constructor', '']) assert.ok(!isErrorCode(name));
});

test('retryability crosses the process border as an exit code', () => {
  assert.equal(exitCodeOf(new TriadError('JOB_LOST')), exitCode.retryable);
  assert.equal(exitCodeOf(new TriadError('JOB_EXITED', { exitCode: 3 })), exitCode.fatal);
});

test('wrong input names the document, each wrong field and what was expected', () => {
  const schema = z.strictObject({
    run: z.strictObject({ date: z.iso.date({ error: 'expected a date' }) }),
    count: z.int({ error: 'expected a whole number' }),
  });
  const wrong = { run: { date: 'x' }, count: 0.5 };
  assert.throws(() => parseInput(schema, wrong, 'POST /v1/runs'), {
    code: 'INPUT_INVALID',
    message: 'POST /v1/runs: run.date: expected a date; count: expected a whole number',
  });
  assert.throws(() => parseInput(schema, null, 'body'), {
    message: /^body: \(the whole document\): /,
  });
});
