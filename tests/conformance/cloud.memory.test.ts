import { MemoryCloud } from '../harness/deploy/memory-cloud.ts';
import { cloudConformance } from './cloud.conformance.ts';

/** What the planning is tested on must behave as the one that it stands for. */
cloudConformance('memory', async () => new MemoryCloud());
