import { KyselyLeaseStore } from '@triad/shared/state/kysely-lease-store.ts';
import { databases } from '../harness/state/databases.ts';
import { leaseStoreConformance } from './lease-store.conformance.ts';

for (const { name, open } of databases) {
  leaseStoreConformance(name, async () => new KyselyLeaseStore((await open()).db));
}
