import type { Action, Assertion, Project } from '../compile/project.ts';

/** Declarations with this tag are tables that a publish step fills. */
const publishedTag = 'published';

/** The actions with any of the given tags; all of them when none is given. */
export function selectActions(project: Project, tags: readonly string[]): Action[] {
  if (tags.length === 0) return [...project.actions];
  return project.actions.filter((action) => action.tags.some((tag) => tags.includes(tag)));
}

/**
 * The assertions to run before the given actions' tables are published: those that read one of
 * them, except for those about a table that a later publish step fills.
 */
export function assertionsOn(project: Project, actions: readonly Action[]): Assertion[] {
  const built = new Set(actions.map(({ name }) => name));
  const later = new Set(
    project.declarations.filter(({ tags }) => tags.includes(publishedTag)).map(({ name }) => name),
  );
  return project.assertions.filter(
    ({ reads }) => reads.some((name) => built.has(name)) && !reads.some((name) => later.has(name)),
  );
}

/** The tables that are read but not among those built. */
export function readFromOutside(
  readers: readonly { reads: readonly string[] }[],
  built: readonly string[],
): string[] {
  const names = new Set(readers.flatMap(({ reads }) => reads));
  return [...names].filter((name) => !built.includes(name)).sort();
}
