import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const text = z.union([z.string(), z.number(), z.null()]);
const condition = z.enum(['service_healthy', 'service_completed_successfully', 'service_started']);

/** What our compose files may say of a service: any other key is refused, `privileged` among them. */
export const composeService = z.strictObject({
  image: z.string(),
  restart: z.enum(['unless-stopped', 'on-failure', 'no']),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  tmpfs: z.array(z.string()),
  volumes: z.array(z.string()).optional(),
  networks: z.array(z.string()),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:/)).optional(),
  environment: z.record(z.string(), text).optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition })).optional(),
  healthcheck: z.union([
    z.strictObject({ disable: z.literal(true) }),
    z.object({ test: z.array(z.string()).min(2), interval: z.string(), timeout: z.string() }),
  ]),
  user: z
    .string()
    .regex(/^[1-9]\d*:[1-9]\d*$/)
    .optional(),
  profiles: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  working_dir: z.string().optional(),
  stop_grace_period: z.string().optional(),
});
export type ComposeService = z.infer<typeof composeService>;

export const composeFile = z.strictObject({
  name: z.string(),
  services: z.record(z.string(), composeService),
  networks: z.record(z.string(), z.unknown()),
  volumes: z.record(z.string(), z.unknown()),
});
export type ComposeFile = z.infer<typeof composeFile>;

/** A compose file as it stands there: variables are not replaced, keys that begin with `x-` left out. */
export function parseCompose(source: string): ComposeFile {
  const document = parse(source, { merge: true }) as Record<string, unknown>;
  return composeFile.parse(
    Object.fromEntries(Object.entries(document).filter(([key]) => !key.startsWith('x-'))),
  );
}

/** A compose file as an engine understands it where `variables` are set. */
export function readCompose(
  path: string,
  variables: Readonly<Record<string, string | undefined>>,
): ComposeFile {
  const replaced = (value: unknown): unknown => {
    if (typeof value === 'string') return interpolate(value, variables);
    if (Array.isArray(value)) return value.map(replaced);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaced(one)]));
  };
  return composeFile.parse(replaced(parseCompose(readFileSync(path, 'utf8'))));
}

/**
 * `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, as the specification of compose files has
 * them; `$$` is a dollar. Throws for a needed variable that is missing, and for any other form.
 */
export function interpolate(
  value: string,
  variables: Readonly<Record<string, string | undefined>>,
): string {
  return value.replaceAll(
    /\$(\$|\{(\w+)(?::([-?])([^}]*))?\}|)/g,
    (whole, rest, name, kind, word) => {
      if (rest === '$') return '$';
      if (name === undefined) throw new Error(`${whole} of ${value} is no variable`);
      const given = variables[name];
      if (given !== undefined && given !== '') return given;
      if (kind === '?') throw new Error(`${name} is missing: ${word}`);
      return word ?? '';
    },
  );
}

/**
 * The environment of a service; a variable without a value is the caller's, or not there.
 *
 * @param variables the caller's
 */
export function environmentOf(
  { environment = {} }: ComposeService,
  variables: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => {
      const given = value ?? variables[name];
      return given === undefined ? [] : [[name, String(given)]];
    }),
  );
}
