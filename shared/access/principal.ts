import type { Role, UserRole } from '../contracts/access.ts';
import { TriadError } from '../errors/triad-error.ts';

/** Who asks. */
export interface Principal {
  /** What its requests are counted under: a token's id. */
  id: string;
  /** For people and the audit log. */
  name: string;
  roles: readonly Role[];
}

/** Tells whose token this is, or throws `UNAUTHENTICATED`. */
export type Authenticate = (token: string) => Promise<Principal>;

const rolesOf: Record<UserRole, readonly UserRole[]> = {
  viewer: ['viewer'],
  operator: ['viewer', 'operator'],
  admin: ['viewer', 'operator', 'admin'],
};

export const user = (id: string, name: string, role: UserRole): Principal => ({
  id,
  name,
  roles: rolesOf[role],
});

/** Another of Triad's services. */
export const service: Principal = { id: 'service', name: 'service', roles: ['service'] };

/** Whoever can reach a service that only this machine can reach. */
export const local: Principal = {
  id: 'local',
  name: 'local',
  roles: [...rolesOf.admin, 'service'],
};

/** Under which name something is kept as done: the token's, and the given one where there are no tokens. */
export const doneBy = ({ id, name }: Principal, given: string): string =>
  id === local.id ? given : name;

/** Errors: `FORBIDDEN`. `action` is what is asked for, such as `POST /v1/runs`. */
export function demand(role: Role, principal: Principal, action: string): void {
  if (principal.roles.includes(role)) return;
  throw new TriadError('FORBIDDEN', { actor: principal.name, action, role });
}
