import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ParamSpec, pipeline as pipelineSchema } from '@triad/shared/contracts/pipeline.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import fc from 'fast-check';
import { coerceParams } from '../../../cli/params/coerce-params.ts';

const pipelineWith = (params: Record<string, Partial<ParamSpec> & { type: ParamSpec['type'] }>) =>
  pipelineSchema.parse({
    version: 1,
    name: 'rfm',
    description: 'A pipeline of a test.',
    params: Object.fromEntries(
      Object.entries(params).map(([name, spec]) => [name, { description: name, ...spec }]),
    ),
    steps: [{ name: 'only', kind: 'sql' }],
  });

const coerceOne = (spec: Partial<ParamSpec> & { type: ParamSpec['type'] }, text: string) =>
  coerceParams(pipelineWith({ x: spec }), { x: text }).x;

describe('parameters of a command line', () => {
  test('every integer survives being typed', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        assert.equal(coerceOne({ type: 'integer' }, String(value)), value);
      }),
    );
  });

  test('every finite number survives being typed', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        assert.equal(coerceOne({ type: 'number' }, String(value)), Number(String(value)));
      }),
    );
  });

  test('a text is taken as it is, also when it looks like something else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => assert.equal(coerceOne({ type: 'string' }, text), text)),
    );
  });

  test('a boolean is true or false', () => {
    assert.equal(coerceOne({ type: 'boolean' }, 'true'), true);
    assert.equal(coerceOne({ type: 'boolean' }, 'false'), false);
  });

  test('bounds are inclusive', () => {
    assert.equal(coerceOne({ type: 'integer', minimum: 1, maximum: 3 }, '1'), 1);
    assert.equal(coerceOne({ type: 'integer', minimum: 1, maximum: 3 }, '3'), 3);
  });

  const unfit: [
    spec: Partial<ParamSpec> & { type: ParamSpec['type'] },
    text: string,
    expected: string,
  ][] = [
    [{ type: 'integer' }, '3.5', 'a whole number'],
    [{ type: 'integer' }, '', 'a whole number'],
    [{ type: 'integer' }, '1e3', 'a whole number'],
    [{ type: 'integer' }, '9007199254740993', 'a whole number'],
    [{ type: 'integer', minimum: 1 }, '0', 'a whole number of at least 1'],
    [{ type: 'number', maximum: 2 }, '2.1', 'a number of at most 2'],
    [{ type: 'number', minimum: 0, maximum: 1 }, 'Infinity', 'a number from 0 to 1'],
    [{ type: 'number' }, ' ', 'a number'],
    [{ type: 'boolean' }, 'yes', 'true or false'],
    [{ type: 'date' }, '2011-02-29', 'a calendar date as YYYY-MM-DD'],
    [{ type: 'date' }, '1/2/2011', 'a calendar date as YYYY-MM-DD'],
  ];
  for (const [spec, text, expected] of unfit) {
    test(`${spec.type} "${text}" is wrong usage: expected ${expected}`, () => {
      assert.throws(() => coerceOne(spec, text), {
        code: 'USAGE',
        message: `Parameter x is ${text}; expected ${expected}.`,
      });
    });
  }

  test('an unknown parameter is wrong usage and names those that exist', () => {
    const pipeline = pipelineWith({ source: { type: 'string' }, horizon: { type: 'integer' } });
    for (const name of ['horizn', 'constructor', '__proto__']) {
      assert.throws(
        () => coerceParams(pipeline, Object.fromEntries([[name, '1']])),
        (error) =>
          error instanceof TriadError &&
          error.message === `Pipeline rfm has no parameter ${name}; it has: source, horizon.`,
      );
    }
  });
});
