import { checkDisk, checkHome } from './check-home.ts';
import { checkPort } from './check-port.ts';
import { checkDependencies, checkNode } from './check-runtime.ts';
import { checkState } from './check-state.ts';
import { checkSystem } from './check-system.ts';
import { checkSqlProject, checkWarehouse } from './check-warehouse.ts';
import type { DoctorCheck } from './finding.ts';

/** In the order in which they are shown: what the later ones need comes first. */
export const doctorChecks: readonly DoctorCheck[] = [
  checkNode,
  checkDependencies,
  checkHome,
  checkDisk,
  checkPort('orchestrator'),
  checkPort('invoker'),
  checkState,
  checkSqlProject,
  checkWarehouse,
  checkSystem,
];
