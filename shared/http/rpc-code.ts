/** Codes of gRPC (grpc.io/docs/guides/status-codes), as far as they are told apart here. */
export const rpcCode = {
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** The code of an error that a service answered with, or that the call itself ended with. */
export function rpcCodeOf(error: unknown): number | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' ? code : undefined;
}

/** What a call answers; `undefined` when it fails with one of these codes, which is an answer too. */
export async function orNothing<T>(
  call: Promise<T>,
  ...codes: readonly number[]
): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (codes.includes(rpcCodeOf(error) ?? -1)) return undefined;
    throw error;
  }
}
