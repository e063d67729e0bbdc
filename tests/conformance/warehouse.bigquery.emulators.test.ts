import { bigQueryOpener } from '@triad/shared/warehouse/bigquery-engine.ts';
import { bigQueryEmulator } from '../harness/external/bigquery-emulator.ts';
import { warehouseConformance } from './warehouse.conformance.ts';

const nextOptions = await bigQueryEmulator();

warehouseConformance('bigquery', async () => bigQueryOpener(nextOptions()).open);
