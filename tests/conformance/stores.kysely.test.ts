import { databases } from '../harness/state/databases.ts';
import { storesConformance } from './stores.conformance.ts';

for (const database of databases) storesConformance(database);
