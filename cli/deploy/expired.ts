import { epochDay } from '@triad/shared/clock/epoch-day.ts';
import type { DeployedNamespace } from './cloud.ts';

/** Those whose last day is over. One that stays never is. */
export const expiredOn = (
  today: string,
  namespaces: readonly DeployedNamespace[],
): DeployedNamespace[] =>
  namespaces.filter(({ expires }) => expires !== null && epochDay(expires) < epochDay(today));
