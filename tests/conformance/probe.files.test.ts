import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FilesProbe } from '../../orchestrator/sensors/files-probe.ts';
import { LocalFileListing } from '../../orchestrator/sensors/local-file-listing.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { probeConformance } from './probe.conformance.ts';

probeConformance('files', async () => {
  const directory = await temporaryDirectory();
  const listing = new LocalFileListing();
  await symlink('loop', join(directory, 'loop'));
  const watchOf = (file: string) => ({
    kind: 'files' as const,
    location: pathToFileURL(join(directory, file)).href,
    value: 'files_metadata' as const,
  });
  return {
    probe: new FilesProbe({ 'file:': listing, 'gs:': listing, 's3:': listing }),
    watch: watchOf('a.csv'),
    put: (content) => writeFile(join(directory, 'a.csv'), content),
    remove: () => rm(join(directory, 'a.csv')),
    unreadable: watchOf('loop'),
  };
});
