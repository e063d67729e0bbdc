import { resolve } from 'node:path';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import { TriadError, toTriadError } from '@triad/shared/errors/triad-error.ts';
import type { Command, CommandContext } from '../command-context.ts';
import { applyPlan } from '../deploy/apply-plan.ts';
import { gitIn, readCheckout } from '../deploy/checkout.ts';
import type { Cloud } from '../deploy/cloud.ts';
import { planDeployment, planLateJobs, planRemoval } from '../deploy/deployment.ts';
import {
  type Environment,
  type EnvironmentName,
  environmentOf,
  readEnvironments,
} from '../deploy/environment.ts';
import { expiredOn } from '../deploy/expired.ts';
import { openGoogleCloud } from '../deploy/google/open-google-cloud.ts';
import type { Change, Plan } from '../deploy/plan.ts';
import { planText, planView } from '../deploy/plan-text.ts';
import { writeRecord } from '../deploy/release-record.ts';
import { namespaceIn, targetOf, usualEnvironment } from '../deploy/target.ts';
import { formatInstant } from '../render/quantities.ts';
import { renderTable } from '../render/table.ts';

export interface Where {
  /** By default that of the branch. */
  environment?: EnvironmentName;
  /** File of the environments, from where the command was called. */
  environments: string;
  json?: boolean;
}
export interface Applying extends Where {
  plan?: boolean;
  yes?: boolean;
}
export interface DeployOptions extends Applying {
  branch?: string;
  expiresInDays: number;
}

/** `triad deploy`: shows what deploying the branch would change, and with --yes does it. */
export const deploy: Command<[options: DeployOptions]> = async (context, options) => {
  const checkout = await readCheckout(gitIn(context.callerDirectory), options.branch);
  const name = options.environment ?? usualEnvironment(checkout.branch);
  const { environment, cloud } = await openEnvironment(context, name, options.environments);
  const target = targetOf(environment, checkout, today(context), options.expiresInDays);
  const plan = await planDeployment(cloud, target);
  if (checkout.changes > 0) {
    context.terminal.err.line(
      `${checkout.changes} files differ from the commit; what is deployed is the commit.`,
    );
  }
  const { namespace, revision, isolated } = target;
  return conclude(context, cloud, plan, options, {
    environment: name,
    namespace,
    revision,
    expires: isolated?.expires ?? null,
  });
};

/** `triad deploy teardown`: removes the namespace of a branch with all that is in it. */
export const teardown: Command<[branch: string | undefined, options: Applying]> = async (
  context,
  given,
  options,
) => {
  const branch = given ?? (await readCheckout(gitIn(context.callerDirectory))).branch;
  const name = options.environment ?? usualEnvironment(branch);
  const { environment, cloud } = await openEnvironment(context, name, options.environments);
  const namespace = namespaceIn(environment, branch);
  const plan = await planRemoval(cloud, namespace, environment);
  const about = { environment: name, namespace };
  return concludeRemoval(context, cloud, [{ namespace, plan }], options, about);
};

/** `triad deploy list`: the namespaces of an environment, and until when they stay. */
export const listDeployed: Command<[options: Where]> = async (context, options) => {
  const name = options.environment ?? 'dev';
  const { cloud } = await openEnvironment(context, name, options.environments);
  await cloud.check();
  const namespaces = await cloud.namespaces();
  const { out, err } = context.terminal;
  if (options.json) out.line(JSON.stringify({ environment: name, namespaces }, null, 2));
  else if (namespaces.length === 0) err.line(`Nothing is deployed to ${name}.`);
  else {
    const columns = ['namespace', 'branch', 'last day'].map((head) => ({ head }));
    const rows = namespaces.map(({ namespace, branch, expires }) => [
      namespace,
      branch ?? '',
      expires ?? 'stays',
    ]);
    out.line(renderTable(columns, rows, out.style));
  }
  return cliExitCode.ok;
};

/** `triad deploy expired`: removes the namespaces whose last day is over. */
export const removeExpired: Command<[options: Applying]> = async (context, options) => {
  const name = options.environment ?? 'dev';
  const { environment, cloud } = await openEnvironment(context, name, options.environments);
  await cloud.check();
  const expired = expiredOn(today(context), await cloud.namespaces());
  const removals: Removal[] = [];
  for (const { namespace } of expired) {
    removals.push({ namespace, plan: await planRemoval(cloud, namespace, environment) });
  }
  const about = { environment: name, namespaces: expired.map(({ namespace }) => namespace) };
  return concludeRemoval(context, cloud, removals, options, about);
};

/** `triad deploy tested`: writes down that staging was tested with a revision. */
export const markTested: Command<[revision: string, options: Where & { run?: string }]> = async (
  context,
  revision,
  options,
) => {
  const name = options.environment ?? 'staging';
  const { environment, cloud } = await openEnvironment(context, name, options.environments);
  if (!/^[0-9a-f]{40}$/.test(revision)) {
    throw new TriadError('USAGE', { reason: 'Give the whole commit, 40 hexadecimal digits.' });
  }
  const record = {
    revision,
    testedAt: context.clock.now().toISOString(),
    by: context.user,
    run: options.run ?? null,
  };
  await writeRecord(cloud, environment.namespace, record);
  const { out } = context.terminal;
  if (options.json) out.line(JSON.stringify(record, null, 2));
  else out.line(`${revision} was tested at ${formatInstant(record.testedAt)} by ${record.by}.`);
  return cliExitCode.ok;
};

export async function openEnvironment(
  context: CommandContext,
  name: EnvironmentName,
  file: string,
): Promise<{ environment: Environment; cloud: Cloud }> {
  const path = resolve(context.callerDirectory, file);
  const environment = environmentOf(await readEnvironments(path), name, path);
  return { environment, cloud: openGoogleCloud(environment, context.clock) };
}

/**
 * Shows the plan, or does it. `DEPLOY_TERRAFORM_MISSING` when something is not there that only Terraform
 * makes: what is deployed would not work without it.
 */
export async function conclude(
  context: CommandContext,
  cloud: Cloud,
  plan: Plan,
  { json, yes, plan: onlyPlan }: Applying,
  about: Record<string, unknown>,
  apply = () => applyPlan(cloud, plan, telling(context)),
): Promise<number> {
  if (yes && onlyPlan) throw new TriadError('USAGE', { reason: 'Give --plan or --yes.' });
  const { out, err } = context.terminal;
  if (!json) out.line(planText(plan, out.style));
  if (yes) {
    const missing = plan.ofTerraform
      .filter(({ action }) => action === 'create')
      .map(({ resource: { kind, name } }) => `${kind} ${name}`);
    if (missing.length > 0) {
      throw new TriadError('DEPLOY_TERRAFORM_MISSING', { missing: missing.join(', ') });
    }
    await apply();
  }
  const applied = yes === true;
  if (json) out.line(JSON.stringify({ ...about, applied, ...planView(plan) }, null, 2));
  else if (plan.changes.length > 0)
    err.line(applied ? 'Done.' : 'Nothing was done; --yes does it.');
  return cliExitCode.ok;
}

interface Removal {
  namespace: string;
  plan: Plan;
}

/** The same for namespaces that are removed, each down to the jobs that were started meanwhile. */
export async function concludeRemoval(
  context: CommandContext,
  cloud: Cloud,
  removals: readonly Removal[],
  options: Applying,
  about: Record<string, unknown>,
): Promise<number> {
  const changes = removals.flatMap(({ plan }) => plan.changes);
  const plan = { changes, unexpected: [], ofTerraform: [] };
  return conclude(context, cloud, plan, options, about, () => removeEach(context, cloud, removals));
}

/** One after the other. One that cannot be removed keeps none of the others; the first error is thrown. */
async function removeEach(context: CommandContext, cloud: Cloud, removals: readonly Removal[]) {
  const failures: unknown[] = [];
  for (const { namespace, plan } of removals) {
    try {
      await applyPlan(cloud, plan, telling(context));
      await applyPlan(cloud, await planLateJobs(cloud, namespace), telling(context));
    } catch (error) {
      failures.push(error);
      const { message } = toTriadError(error);
      if (removals.length > 1) context.terminal.err.line(`${namespace} is left: ${message}`);
    }
  }
  if (failures.length > 0) throw failures[0];
}

const telling =
  ({ terminal }: CommandContext) =>
  ({ action, resource: { kind, name } }: Change) =>
    terminal.err.line(
      `${action} ${kind} ${name}${kind === 'vertex-job' ? ': waits until it has ended' : ''}`,
    );

const today = (context: CommandContext): string => context.clock.now().toISOString().slice(0, 10);
