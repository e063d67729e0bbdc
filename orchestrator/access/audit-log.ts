import type { Clock } from '@triad/shared/clock/clock.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { AccessStore } from '@triad/shared/state/access-store.ts';
import type { Audit } from '../api/route.ts';

export interface AuditLogOptions {
  store: AccessStore;
  clock: Clock;
  ids: Ids;
  log: Logger;
}

/** Keeps who did what. What was done stays done when its entry cannot be kept: the log has it. */
export function auditLog({ store, clock, ids, log }: AuditLogOptions): Audit {
  return async (entry) => {
    const stored = { ...entry, id: ids.next(), at: clock.now().toISOString() };
    try {
      await store.addAudit(stored);
    } catch (error) {
      log.error({ err: error, audit: stored }, 'an entry of the audit log was not kept');
    }
  };
}
