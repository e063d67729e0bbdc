import {
  type handleUnaryCall,
  status,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';

/** What a method answers with instead of a message. */
export class RpcError extends Error {
  readonly code: number;

  constructor(code: number, details: string) {
    super(details);
    this.code = code;
  }
}

export const notFound = (name: string) =>
  new RpcError(status.NOT_FOUND, `Resource '${name}' was not found`);
export const invalid = (details: string) => new RpcError(status.INVALID_ARGUMENT, details);

export type Methods = Readonly<Record<string, (request: never) => object>>;

/** What goes wrong with the next calls of a method. */
export class CallFaults {
  readonly #failures = new Map<string, RpcError[]>();
  readonly #lost = new Set<string>();

  failNext(method: string, code: number, details: string): void {
    const failures = this.#failures.get(method) ?? [];
    this.#failures.set(method, [...failures, new RpcError(code, details)]);
  }

  loseAnswerOfNext(method: string): void {
    this.#lost.add(method);
  }

  failureOf(method: string): RpcError | undefined {
    return this.#failures.get(method)?.shift();
  }

  /** Whether this answer is to be lost, which is asked once for it. */
  isLost(method: string): boolean {
    return this.#lost.delete(method);
  }
}

/**
 * Methods as a gRPC server has them.
 *
 * @param drop closes the connections of all clients
 */
export function implementationOf(
  methods: Methods,
  faults: CallFaults,
  drop: () => void,
): UntypedServiceImplementation {
  const handlers: UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(methods)) {
    const handler: handleUnaryCall<never, object> = (call, callback) => {
      try {
        const failure = faults.failureOf(name);
        if (failure) throw failure;
        const answer = method(call.request);
        if (faults.isLost(name)) drop();
        else callback(null, answer);
      } catch (error) {
        const code = error instanceof RpcError ? error.code : status.INTERNAL;
        callback({ code, details: error instanceof Error ? error.message : String(error) });
      }
    };
    handlers[name] = handler as UntypedHandleCall;
  }
  return handlers;
}

/** One page of a list, as `page_size` and `page_token` ask for it. */
export function pageOf<T>(
  all: readonly T[],
  { pageSize, pageToken }: { pageSize?: number; pageToken?: string },
): { page: T[]; nextPageToken: string } {
  const from = Number(pageToken || 0);
  const to = from + Math.min(pageSize || 100, 100);
  return { page: all.slice(from, to), nextPageToken: to < all.length ? String(to) : '' };
}

/** A `google.protobuf.Timestamp`. */
export const timestampOf = (date: Date | undefined) =>
  date && {
    seconds: String(Math.floor(date.getTime() / 1000)),
    nanos: (date.getTime() % 1000) * 1e6,
  };

/** Throws unless keys and values are as labels may be. */
export function checkLabels(labels: Readonly<Record<string, string>> = {}): void {
  for (const text of Object.entries(labels).flat()) {
    if (/^[a-z0-9_-]{0,63}$/.test(text)) continue;
    throw invalid(`Label ${JSON.stringify(text)} is not allowed`);
  }
}
