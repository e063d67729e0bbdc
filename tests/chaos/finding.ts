/** What was found of one promise: how many things were looked at, and those that break it. */
export interface Finding {
  invariant: string;
  checked: number;
  violations: string[];
}

/** Looks at each thing; what `violation` says of it breaks the promise. */
export async function look<T>(
  invariant: string,
  things: readonly T[],
  violation: (thing: T) => string | undefined | Promise<string | undefined>,
): Promise<Finding> {
  const found = await Promise.all(things.map(violation));
  const violations = found.filter((text) => text !== undefined);
  return { invariant, checked: things.length, violations };
}
