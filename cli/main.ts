import { enableCompileCache } from 'node:module';
import { compileCacheDirectory } from './system/compile-cache.ts';

// Before anything else is loaded: from the second start on, nothing is compiled again.
enableCompileCache(compileCacheDirectory);
const { runCli } = await import('./run-cli.ts');
process.exitCode = await runCli(process.argv.slice(2));
