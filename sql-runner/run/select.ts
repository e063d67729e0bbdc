import type { Action, Assertion, Project } from '../compile/project.ts';

/** Declarations with this tag are tables that a publish step fills. */
const publishedTag = 'published';

/** The actions with any of `tags` (all of them when it is empty) and none of `exceptTags`. */
export function selectActions(
  project: Project,
  tags: readonly string[],
  exceptTags: readonly string[] = [],
): Action[] {
  return project.actions.filter(
    (action) =>
      (tags.length === 0 || action.tags.some((tag) => tags.includes(tag))) &&
      !action.tags.some((tag) => exceptTags.includes(tag)),
  );
}

/**
 * The assertions to run before the given actions' tables are published: those that read one of
 * them, except for those about a table that a later step makes, be it a publish step or a sql step
 * of the actions that follow from these.
 */
export function assertionsOn(project: Project, actions: readonly Action[]): Assertion[] {
  const built = new Set(actions.map(({ name }) => name));
  const later = new Set([...publishedBySteps(project), ...following(project, built)]);
  return project.assertions.filter(
    ({ reads }) => reads.some((name) => built.has(name)) && !reads.some((name) => later.has(name)),
  );
}

const publishedBySteps = ({ declarations }: Project): string[] =>
  declarations.filter(({ tags }) => tags.includes(publishedTag)).map(({ name }) => name);

/** The actions that are not built here and read, directly or not, what is. */
function following({ actions }: Project, built: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  // A project's actions are in dependency order, so one pass sees every chain.
  for (const { name, reads } of actions) {
    if (!built.has(name) && reads.some((read) => built.has(read) || found.has(read))) {
      found.add(name);
    }
  }
  return found;
}

/** The tables that are read but not among those built. */
export function readFromOutside(
  readers: readonly { reads: readonly string[] }[],
  built: readonly string[],
): string[] {
  const names = new Set(readers.flatMap(({ reads }) => reads));
  return [...names].filter((name) => !built.includes(name)).sort();
}
