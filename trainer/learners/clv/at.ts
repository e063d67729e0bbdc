/** The number at an index the caller knows to be in range. */
export const at = (values: ArrayLike<number>, index: number): number => values[index] as number;
