import { setFlagsFromString } from 'node:v8';

// The parser is 22 MB of WebAssembly, of which a process uses little, and only once. Optimising it
// in the background would take a core from the job and keep the process from ending, and checking
// functions that are never called would delay its start.
setFlagsFromString('--liftoff-only');
setFlagsFromString('--wasm-lazy-validation');

const { Dialect, parse } = await import('@polyglot-sql/sdk');

/** Parses GoogleSQL. */
export const parseGoogleSql = (text: string) => parse(text, Dialect.BigQuery);
