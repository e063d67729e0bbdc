import { MemoryArtifactStore } from '../harness/memory-artifact-store.ts';
import { artifactStoreConformance } from './artifact-store.conformance.ts';

/** The store of the simulations must behave as the one that it stands for. */
artifactStoreConformance('memory', async () => new MemoryArtifactStore());
