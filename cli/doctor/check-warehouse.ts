import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { homeLayout } from '@triad/shared/config/home.ts';
import { toTriadError } from '@triad/shared/errors/triad-error.ts';
import { queryWarehouse } from '../warehouse/query-warehouse.ts';
import { type DoctorCheck, fail, ok } from './finding.ts';

/** Whether the warehouse can be opened and answers. */
export const checkWarehouse: DoctorCheck = {
  name: 'warehouse',
  async examine({ context }) {
    if (!existsSync(homeLayout(context.config.home).warehouse))
      return ok('none yet, made by the first run');
    try {
      await queryWarehouse(context, 'SELECT 1 AS one', 'json');
      return ok('answers');
    } catch (error) {
      const { message, fix } = toTriadError(error);
      return fail(message, fix);
    }
  },
};

/** Whether there is a Dataform project where the SQL should be. */
export const checkSqlProject: DoctorCheck = {
  name: 'SQL project',
  async examine({ context: { config } }) {
    const settings = join(config.sqlDirectory, 'workflow_settings.yaml');
    if (existsSync(settings)) return ok(config.sqlDirectory);
    const remedy = 'Set TRIAD_SQL_DIR to the directory of a Dataform project.';
    return fail(`${settings} is missing`, remedy);
  },
};
