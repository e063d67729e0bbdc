import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Source, sourceOf } from './sources.ts';

export interface Rule {
  sources: readonly Source[];
  /** What breaks the rule in one file, in words; nothing when all is well. */
  find: (source: Source) => string[];
  /** A file that breaks the rule, as path and text: a rule that finds nothing there is no rule. */
  offence: [path: string, text: string];
}

/** A test that no file breaks the rule, and that the rule would be broken by one that does. */
export function rule(name: string, { sources, find, offence }: Rule): void {
  test(name, () => {
    const broken = sources.flatMap((source) =>
      find(source).map((what) => `${source.path}: ${what}`),
    );
    assert.deepEqual(broken, []);
    const [path, text] = offence;
    assert.notDeepEqual(find(sourceOf(path, text)), [], 'the rule does not see its own offence');
  });
}

/** A rule that a pattern may not occur in the text of a file. */
export const occurrencesOf =
  (pattern: RegExp) =>
  ({ text }: Source): string[] =>
    [...text.matchAll(new RegExp(pattern, 'g'))].map(([found]) => found.trim());
