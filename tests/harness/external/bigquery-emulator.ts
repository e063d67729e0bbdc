import { systemClock } from '@triad/shared/clock/clock.ts';
import { timeOrderedIds } from '@triad/shared/ids/ids.ts';
import type { BigQueryOptions } from '@triad/shared/warehouse/bigquery-options.ts';
import { availablePort } from '../available-port.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { installGoProgram, startGoServer } from './go-server.ts';

const module = 'github.com/goccy/bigquery-emulator';
const program = `${module}/cmd/bigquery-emulator@v0.8.1`;

/** Builds the emulator unless it is there: minutes to more than half an hour, and 5 GiB of memory. */
export const installBigQueryEmulator = (): Promise<string> => installGoProgram(program, module);

/**
 * Starts the emulator; each call of what it gives is for a new, empty warehouse there, in a
 * namespace of its own. docs/emulators.md tells how it differs from BigQuery.
 */
export async function bigQueryEmulator(project = 'test'): Promise<() => BigQueryOptions> {
  const storagePort = await availablePort();
  const { url } = await startGoServer(
    program,
    (port) => [
      ...[`--project=${project}`, '--host=127.0.0.1', `--port=${port}`],
      `--grpc-port=${storagePort}`,
    ],
    // Go frees what the SQL engine allocated when it collects, which must be often: docs/emulators.md.
    { module, env: { GOGC: '10' } },
  );
  const scratch = await temporaryDirectory();
  let namespaces = 0;
  return () => ({
    project,
    namespace: `n${++namespaces}`,
    defaultDataset: 'triad',
    partitionColumn: 'run_date',
    endpoint: url,
    anonymous: true,
    emulator: true,
    scratch,
    clock: systemClock,
    ids: timeOrderedIds(systemClock),
  });
}
