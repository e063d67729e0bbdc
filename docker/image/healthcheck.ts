/*
 * node healthcheck.ts VARIABLE: exits 0 when the service whose port the variable holds answers.
 * For the HEALTHCHECK of an image, whose service listens on all addresses.
 */

const LIMIT_MS = 3000;

const [, , variable = ''] = process.argv;
const port = process.env[variable];
try {
  const answer = await fetch(`http://127.0.0.1:${port}/healthz`, {
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  process.exitCode = answer.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
