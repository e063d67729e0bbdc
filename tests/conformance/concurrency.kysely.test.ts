import { databases } from '../harness/state/databases.ts';
import { concurrencyConformance } from './concurrency.conformance.ts';

for (const { name, open } of databases) {
  concurrencyConformance(name, open, { races: 8, writers: 4 });
}
