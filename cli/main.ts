import { enableCompileCache } from 'node:module';
import { compileCacheDirectory } from './system/compile-cache.ts';
import { hideWarning } from './system/hide-warning.ts';

// Before anything else is loaded: from the second start on, nothing is compiled again.
enableCompileCache(compileCacheDirectory);
// Of Google's library, where there is no metadata server: the coded error says what is missing.
hideWarning('MetadataLookupWarning');
const { childEnvironment } = await import('@triad/shared/config/child-environment.ts');
const { terminalOf } = await import('./render/terminal.ts');
const { runCli } = await import('./run-cli.ts');

process.stdout.on('error', leaveWhenReaderIsGone);
process.exitCode = await runCli(process.argv.slice(2), {
  terminal: terminalOf(process.stdout, process.stderr),
  env: childEnvironment({}),
});

/** `triad runs | head` closes the pipe early, which is no failure. */
function leaveWhenReaderIsGone(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}
