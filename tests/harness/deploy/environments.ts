import type { Checkout } from '../../../cli/deploy/checkout.ts';
import type { Environment, EnvironmentName } from '../../../cli/deploy/environment.ts';

const account = (name: string, project: string) =>
  `triad-${name}@${project}.iam.gserviceaccount.com`;

/** An environment as Terraform describes it. */
export function environment(name: EnvironmentName): Environment {
  const project = `shop-triad-${name}`;
  const secret = (id: string) =>
    `gcp-secret://projects/${project}/secrets/${id}/versions/latest` as const;
  return {
    name,
    project,
    projectNumber: '123456789012',
    region: 'europe-west1',
    namespace: name,
    bucket: `${project}-triad`,
    images: `europe-west1-docker.pkg.dev/${project}/triad`,
    databaseInstance: `triad-${name}`,
    isolatedBranches: name === 'dev',
    serviceAccounts: {
      orchestrator: account('orchestrator', project),
      invoker: account('invoker', project),
      'sql-runner': account('sql-runner', project),
      trainer: account('trainer', project),
      container: account('container', project),
      push: account('push', project),
      scheduler: account('scheduler', project),
      deployer: account('deployer', project),
    },
    secrets: {
      'triad-database-url': secret('triad-database-url'),
      'triad-alarm-channels': secret('triad-alarm-channels'),
    },
  };
}

/** An environment as the file of environments has it, where its name is the key. */
export function settings(of: EnvironmentName): Omit<Environment, 'name'> {
  const { name: _, ...rest } = environment(of);
  return rest;
}

export const commit = (digit: string): string => digit.repeat(40);

export const checkout = (branch: string, given: Partial<Checkout> = {}): Checkout => ({
  branch,
  revision: commit('a'),
  changes: 0,
  ...given,
});
