import type { Probe } from '../resource.ts';

/** A probe as Cloud Run has it. */
export interface RunProbe {
  httpGet?: { path?: string; port?: number };
  initialDelaySeconds?: number;
  periodSeconds?: number;
  timeoutSeconds?: number;
  failureThreshold?: number;
}

export const probeBodyOf = ({ path, port, initialDelaySeconds, ...rest }: Probe): RunProbe => ({
  ...(path !== null && { httpGet: { path, port } }),
  ...(initialDelaySeconds > 0 && { initialDelaySeconds }),
  ...rest,
});

/** With the defaults of the API, where a probe leaves them to it. */
export function probeOf(probe: RunProbe | undefined, port: number): Probe | null {
  if (!probe) return null;
  const { httpGet } = probe;
  return {
    path: httpGet ? (httpGet.path ?? '/') : null,
    port: httpGet?.port ?? port,
    initialDelaySeconds: probe.initialDelaySeconds ?? 0,
    periodSeconds: probe.periodSeconds ?? 10,
    timeoutSeconds: probe.timeoutSeconds ?? 1,
    failureThreshold: probe.failureThreshold ?? 3,
  };
}
