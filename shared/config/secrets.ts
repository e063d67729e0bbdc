import { invalid } from './parts.ts';

/**
 * Reads one version of a secret, such as `projects/shop/secrets/database-url/versions/3`.
 * `variable` is who refers to it, for errors.
 *
 * Errors: `SECRET_MISSING`, `SECRET_ACCESS_DENIED`, `SECRET_UNREACHABLE`.
 */
export type SecretReader = (version: string, variable: string) => Promise<string>;

/** The variables whose value may be a reference to a secret: those that are secrets. */
export const secretVariables: readonly string[] = [
  'TRIAD_DATABASE_URL',
  'TRIAD_ALARM_CHANNELS',
  'TRIAD_DEADMAN_URL',
  'TRIAD_TOKEN',
  'TRIAD_SERVICE_TOKEN',
];

const scheme = 'gcp-secret:';
export const secretReferenceForm = `${scheme}//projects/<project>/secrets/<name>/versions/<version>`;
const reference =
  /^gcp-secret:\/\/(projects\/[a-z0-9][a-z0-9.:-]*\/secrets\/[\w-]{1,255}\/versions\/(?:[1-9]\d*|[a-zA-Z][\w-]{0,62}))$/;

/** Whether a value is a reference to a version of a secret, whole. */
export const isSecretReference = (value: string): boolean => reference.test(value);

type Environment = Readonly<NodeJS.ProcessEnv>;

/**
 * The environment with each reference replaced by the secret that it names, without the line break
 * that many secrets end with. Without references nothing is read. Neither a value nor a reference
 * is in any error.
 *
 * Errors: those of the reader, and `CONFIG_INVALID` for a reference of another form, or in a
 * variable that is no secret.
 */
export async function resolveSecrets(env: Environment, read: SecretReader): Promise<Environment> {
  const references = referencesIn(env).map(([variable, value]) => {
    if (!secretVariables.includes(variable)) {
      const names = secretVariables.join(', ');
      throw invalid(variable, `expected a value: references to secrets are for ${names}`);
    }
    const [, version] = reference.exec(value) ?? [];
    if (version === undefined) throw invalid(variable, `expected ${secretReferenceForm}`);
    return { variable, version };
  });
  if (references.length === 0) return env;
  const resolved = await Promise.all(
    references.map(async ({ variable, version }) => {
      const secret = await read(version, variable);
      return [variable, secret.replace(/\r?\n$/, '')] as const;
    }),
  );
  return { ...env, ...Object.fromEntries(resolved) };
}

/**
 * For who cannot read secrets. Taken as it stands, a reference would be a secret that anybody can
 * guess. Errors: `CONFIG_INVALID`.
 */
export function refuseReferences(env: Environment): void {
  const [first] = referencesIn(env);
  if (first) throw invalid(first[0], 'expected the value itself: only services read secrets');
}

const referencesIn = (env: Environment): [variable: string, value: string][] =>
  Object.entries(env).flatMap(([variable, value = '']) => {
    const isReference = variable.startsWith('TRIAD_') && value.trim().startsWith(scheme);
    return isReference ? [[variable, value]] : [];
  });
