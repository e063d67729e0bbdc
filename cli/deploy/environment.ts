import { readFile } from 'node:fs/promises';
import { isSecretReference, secretReferenceForm } from '@triad/shared/config/secrets.ts';
import { userRole } from '@triad/shared/contracts/access.ts';
import { isSystemError } from '@triad/shared/errors/system-error.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { z } from 'zod';
import { namespaceLimit } from './namespace.ts';
import { settings } from './settings.ts';

export const environmentName = z.enum(['dev', 'staging', 'production']);
export type EnvironmentName = z.infer<typeof environmentName>;

const email = z.email();
/** As Google writes them in tokens. */
const personalEmail = email.lowercase('expected an e-mail address in lower case');

const serviceAccounts = z.strictObject({
  orchestrator: email,
  invoker: email,
  'sql-runner': email,
  trainer: email,
  container: email,
  push: email,
  scheduler: email,
  deployer: email,
});

/** As services read it. */
const secretReference = z.string().refine(isSecretReference, `expected ${secretReferenceForm}`);

/** What Terraform made and a deployment builds on: its output `deploy`. */
const environment = z.strictObject({
  project: z.string().regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'expected the id of a project'),
  projectNumber: z.string().regex(/^\d+$/, 'expected digits'),
  region: z.string().regex(/^[a-z]+-[a-z]+\d+$/, 'expected a region, such as europe-west1'),
  namespace: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .max(namespaceLimit),
  bucket: z.string().min(3),
  /** What the name of an image begins with. */
  images: z.string().min(1),
  databaseInstance: z.string().min(1),
  /** Whether branches get namespaces of their own beside it. */
  isolatedBranches: z.boolean(),
  /** A check of a monitor outside of the cloud, or a reference to the secret that has it. */
  deadmanUrl: z.union([z.url({ protocol: /^https$/ }), secretReference]).nullish(),
  /** Who else may ask the orchestrator by an identity token, by e-mail. */
  people: z.record(personalEmail, userRole).optional(),
  /** Beside what a deployment tells both services by itself. */
  settings: settings.optional(),
  serviceAccounts,
  /** References to the values, by the names of the secrets. */
  secrets: z.object({
    'triad-database-url': secretReference,
    'triad-alarm-channels': secretReference,
  }),
});
export type Environment = z.infer<typeof environment> & { name: EnvironmentName };

const environments = z.partialRecord(
  environmentName,
  environment.superRefine(({ people = {}, serviceAccounts }, context) => {
    const own = Object.values(serviceAccounts).find((account) => Object.hasOwn(people, account));
    if (own === undefined) return;
    const message = 'is an account of Triad itself, whose role is fixed';
    context.addIssue({ code: 'custom', path: ['people', own], message });
  }),
);
export type Environments = Partial<Record<EnvironmentName, Environment>>;

/** Reads the file of environments. `DEPLOY_SETTINGS_INVALID` says what is wrong with it. */
export async function readEnvironments(file: string): Promise<Environments> {
  const refuse = (reason: string, cause?: unknown) =>
    new TriadError('DEPLOY_SETTINGS_INVALID', { file, reason }, { cause });
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw refuse(isSystemError(error, 'ENOENT') ? 'it is not there' : String(error), error);
  });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw refuse('it is no JSON', error);
  }
  const parsed = environments.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refuse(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  const named = Object.entries(parsed.data).map(([name, value]) => [name, { ...value, name }]);
  return Object.fromEntries(named);
}

/** The environment of that name. `DEPLOY_SETTINGS_INVALID` when the file has none. */
export function environmentOf(all: Environments, name: EnvironmentName, file: string): Environment {
  const found = all[name];
  if (found) return found;
  const reason = `it has no environment ${name}`;
  throw new TriadError('DEPLOY_SETTINGS_INVALID', { file, reason });
}
