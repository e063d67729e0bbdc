import { setFlagsFromString } from 'node:v8';

// The parser is 22 MB of WebAssembly, of which a process uses little, and briefly. Optimising it in
// the background would take a core from the job and hold up the end of the process; checking what
// is never called would hold up its start. Together they cost more than a third of a second.
setFlagsFromString('--wasm-tiering-budget=1000000000');
setFlagsFromString('--wasm-lazy-validation');

const { Dialect, parse } = await import('@polyglot-sql/sdk');

/** Parses GoogleSQL. */
export const parseGoogleSql = (text: string) => parse(text, Dialect.BigQuery);
