/** Something that comes after others of its kind. */
export interface Node {
  name: string;
  after: readonly string[];
}

/**
 * Takes away the nodes that wait for none that is left (Kahn 1962). What stays is on a cycle, or
 * waits for one; empty when there is no cycle.
 */
export function nodesOnCycle(nodes: readonly Node[]): string[] {
  let left = nodes;
  for (;;) {
    const names = new Set(left.map(({ name }) => name));
    const blocked = left.filter(({ after }) => after.some((name) => names.has(name)));
    if (blocked.length === left.length) return blocked.map(({ name }) => name);
    left = blocked;
  }
}
