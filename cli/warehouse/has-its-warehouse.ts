import type { CommandContext } from '../command-context.ts';

/**
 * Whether the warehouse that this command can ask is the system's own: that of the home is not, when
 * the system is elsewhere. In the profile `gcp` it is BigQuery, for both.
 */
export const hasItsWarehouse = ({ config }: Pick<CommandContext, 'config'>): boolean =>
  config.systemUrl === undefined || config.profile === 'gcp';
