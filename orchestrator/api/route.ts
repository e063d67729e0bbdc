import type { IncomingHttpHeaders } from 'node:http';
import { demand, type Principal } from '@triad/shared/access/principal.ts';
import type { AuditEntry, Role } from '@triad/shared/contracts/access.ts';
import { parseInput } from '@triad/shared/errors/parse-input.ts';
import { isKnown, principalOf } from '@triad/shared/http/authentication.ts';
import type { Request, Router } from 'express';
import type { z } from 'zod';

/** One operation of the API: the schemas check the request, type the handler and make the docs. */
export interface Route<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType,
> {
  method: 'get' | 'post';
  /** OpenAPI style, such as `/v1/runs/{runId}:cancel`. */
  path: string;
  summary: string;
  /** What the asker must be; `anyone` needs no token. @default 'viewer' for get, else 'operator' */
  role?: Role | 'anyone';
  params?: P;
  query?: Q;
  body?: B;
  /** Status of success. */
  status: number;
  /** Absent when success has no body, or one that is not JSON. */
  response?: z.ZodType;
  /** The content type of a body that is text. */
  contentType?: string;
  handle: (input: RouteInput<P, Q, B>) => Promise<unknown>;
  /** What the audit log keeps beside who and when. Never a secret. @default the path's parameters */
  audit?: (input: RouteInput<P, Q, B>, result: unknown) => AuditEntry['details'];
}

export interface RouteInput<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> {
  params: z.output<P>;
  query: z.output<Q>;
  body: z.output<B>;
  /** Who asks. */
  principal: Principal;
  /** Of the header of that name: requests with the same key are one request. */
  idempotencyKey?: string | undefined;
  /** Absent where a handler is called within the process. */
  headers?: IncomingHttpHeaders;
}

/** Lets TypeScript infer the handler's input from the route's own schemas. */
export function route<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  definition: Route<P, Q, B>,
): Route {
  return definition as unknown as Route;
}

/** Keeps who did what; deals with its own failures. */
export type Audit = (entry: Omit<AuditEntry, 'id' | 'at'>) => Promise<void>;

export function mount(router: Router, routes: Route[], audit: Audit = async () => {}): void {
  for (const own of routes) {
    const { method, path, status, response, contentType } = own;
    router[method](expressPath(path), async (request, answer) => {
      const result = await perform(own, request, audit);
      answer.status(status);
      if (response) answer.json(result);
      else if (contentType) answer.type(contentType).send(result);
      else answer.end();
    });
  }
}

export const roleOf = ({ role, method }: Route): Role | 'anyone' =>
  role ?? (method === 'get' ? 'viewer' : 'operator');

/** Does what is asked for, if the asker may. What changes something is put into the audit log. */
async function perform(own: Route, request: Request, audit: Audit): Promise<unknown> {
  const { method, path, params, query, body, handle } = own;
  const where = `${request.method} ${request.path}`;
  const role = roleOf(own);
  const principal = role === 'anyone' && !isKnown(request) ? stranger : principalOf(request);
  const note = async (outcome: AuditEntry['outcome'], details: AuditEntry['details']) => {
    if (method === 'get') return;
    const action = `${method.toUpperCase()} ${path}`;
    await audit({ actor: principal.name, action, target: request.path, outcome, details });
  };
  if (role !== 'anyone' && !principal.roles.includes(role)) {
    await note('refused', { role });
    demand(role, principal, where);
  }
  const input = {
    params: params ? parseInput(params, request.params, where) : {},
    query: query ? parseInput(query, request.query, where) : {},
    body: body ? parseInput(body, request.body ?? {}, where) : undefined,
    principal,
    idempotencyKey: request.get('idempotency-key'),
    headers: request.headers,
  };
  const result = await handle(input);
  // Messages between services are no one's deed, and there are many.
  if (role !== 'service') await note('done', own.audit?.(input, result) ?? request.params);
  return result;
}

/** Who asks for what is open to anyone, without a token that is valid. */
export const stranger: Principal = { id: 'anyone', name: 'anyone', roles: [] };

/** `{id}:cancel` in OpenAPI is `:id\:cancel` in Express 5. */
function expressPath(path: string): string {
  return path.replaceAll(':', '\\:').replace(/\{(\w+)\}/g, ':$1');
}
