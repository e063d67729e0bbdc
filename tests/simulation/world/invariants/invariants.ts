import { alarmsFire } from './alarms.ts';
import { nothingStuck } from './at-rest.ts';
import { oneRunPerCause } from './causes.ts';
import type { Invariant } from './invariant.ts';
import { admittedWithinLimits, slotsHeldOnce } from './limits.ts';
import { alarmsAreTold } from './notices.ts';
import { planStays } from './plans.ts';
import { fenced, publishedOnce, verified } from './publications.ts';
import { approvalsHold, foldEqualsRow, historyStays, inTurn } from './runs.ts';
import { seenOnce } from './sensors.ts';
import { oneRunPerTick } from './ticks.ts';

export const invariants: Invariant[] = [
  oneRunPerTick,
  oneRunPerCause,
  seenOnce,
  publishedOnce,
  fenced,
  verified,
  nothingStuck,
  inTurn,
  planStays,
  admittedWithinLimits,
  slotsHeldOnce,
  approvalsHold,
  foldEqualsRow,
  historyStays,
  alarmsFire,
  alarmsAreTold,
];
