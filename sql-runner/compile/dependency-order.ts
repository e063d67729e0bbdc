import type { Action } from './project.ts';

/** Each action after those it reads, otherwise as given. Dataform has ruled out cycles. */
export function inDependencyOrder(actions: readonly Action[]): Action[] {
  const byName = new Map(actions.map((action) => [action.name, action]));
  const ordered = new Set<Action>();
  const visit = (action: Action): void => {
    if (ordered.has(action)) return;
    for (const name of action.reads) {
      const read = byName.get(name);
      if (read) visit(read);
    }
    ordered.add(action);
  };
  actions.forEach(visit);
  return [...ordered];
}
