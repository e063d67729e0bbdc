import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { closedCloud } from './closed-cloud.ts';
import type { Image } from './open-image.ts';
import { ownMounts, type RunningImage, runImage } from './run-image.ts';
import { STARTS } from './starts.ts';
import { freePort, statusOf, tailOf, until, type Workbench } from './workbench.ts';

const NO_CONTENT = 204;

/** An image of a service that answers. */
interface Service extends RunningImage {
  url: string;
  /** From the start of the container to the first healthy answer, in milliseconds. */
  startMs: number;
  /** The exit code of the image's health check. */
  checkHealth(): Promise<number>;
}

async function startService(
  bench: Workbench,
  image: Image,
  environment: Record<string, string>,
  port: number,
  { path = '/healthz', token }: { path?: string; token?: string } = {},
): Promise<Service> {
  const mounts = ownMounts(bench.home);
  const logFile = bench.logFile(image.name);
  const running = runImage(image, { mounts, environment, logFile });
  const url = `http://127.0.0.1:${port}`;
  const isHealthy = async () => (await statusOf(url + path, token)) === NO_CONTENT;
  const { exited } = running;
  try {
    const startMs = await until('its first healthy answer', isHealthy, { ended: exited });
    const [, ...command] = image.config.Healthcheck?.Test ?? [];
    const checkHealth = () =>
      runImage(image, { mounts, environment, command, logFile: `${logFile}-health` }).exited;
    return { ...running, url, startMs, checkHealth };
  } catch (error) {
    await running.stop();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${image.name}: ${reason}${tailOf(running.log())}`);
  }
}

/** The environment of an orchestrator and an invoker that find each other. */
async function environmentOf(): Promise<{
  orchestratorPort: number;
  invokerPort: number;
  environment: Record<string, string>;
}> {
  const orchestratorPort = await freePort();
  const invokerPort = await freePort();
  const environment = {
    TRIAD_ORCHESTRATOR_PORT: String(orchestratorPort),
    TRIAD_INVOKER_PORT: String(invokerPort),
    TRIAD_ORCHESTRATOR_URL: `http://127.0.0.1:${orchestratorPort}`,
    TRIAD_INVOKER_URL: `http://127.0.0.1:${invokerPort}`,
  };
  return { orchestratorPort, invokerPort, environment };
}

/** Does something with a service, which must then end with 0 when it is told to. */
async function withService<T>(
  starting: Promise<Service>,
  action: (service: Service) => Promise<T>,
): Promise<T> {
  const service = await starting;
  let result: T;
  try {
    result = await action(service);
  } catch (error) {
    await service.stop();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason}${tailOf(service.log())}`);
  }
  const code = await service.stop();
  if (code !== 0) throw new Error(`exit code ${code} after SIGTERM${tailOf(service.log())}`);
  return result;
}

/**
 * The images of the orchestrator and the invoker as the cloud runs them: they listen on all
 * addresses and ask for the secret of the services. Returns how long each took to start, the
 * invoker each time.
 */
export async function checkServices(
  bench: Workbench,
  images: { orchestrator: Image; invoker: Image },
): Promise<{ orchestratorMs: number; invokerMs: number[] }> {
  const { orchestratorPort, invokerPort, environment } = await environmentOf();
  const token = randomBytes(32).toString('hex');
  // Its jobs would be processes of images that are not this one.
  const shared = { ...environment, TRIAD_SERVICE_TOKEN: token, TRIAD_WARM_WORKERS: '0' };
  const whole = { path: '/healthcheck', token };
  const startInvoker = () => startService(bench, images.invoker, shared, invokerPort, whole);
  const orchestrating = startService(bench, images.orchestrator, shared, orchestratorPort);
  return withService(orchestrating, async (orchestrator) => {
    const { startMs, checkHealth } = await withService(startInvoker(), async (invoker) => {
      const url = `${invoker.url}/healthcheck`;
      assert.equal(await statusOf(url), 401, 'GET /healthcheck without a token');
      assert.equal(await invoker.checkHealth(), 0, 'health check of an invoker that runs');
      assert.equal(await orchestrator.checkHealth(), 0, 'health check of an orchestrator');
      return invoker;
    });
    assert.equal(await checkHealth(), 1, 'health check of an invoker that is gone');
    const invokerMs = [startMs];
    while (invokerMs.length < STARTS) {
      invokerMs.push(await withService(startInvoker(), async (invoker) => invoker.startMs));
    }
    return { orchestratorMs: orchestrator.startMs, invokerMs };
  });
}

/**
 * The invoker's image in the profile of the cloud, which here is all out of reach: it is healthy, as
 * Cloud Run's liveness probe asks, lets nobody in, and ends when it is told to. Returns how long it
 * took each time until it was healthy, in milliseconds.
 */
export async function checkInGoogleCloud(bench: Workbench, invoker: Image): Promise<number[]> {
  const port = await freePort();
  const environment = { ...closedCloud(await freePort()), TRIAD_INVOKER_PORT: String(port) };
  const startOnce = () =>
    withService(startService(bench, invoker, environment, port), async ({ url, startMs }) => {
      assert.equal(await statusOf(`${url}/healthcheck`), 401, 'GET /healthcheck without a token');
      assert.equal(await statusOf(`${url}/readyz`), 503, 'GET /readyz without a bucket');
      return startMs;
    });
  const startsMs: number[] = [];
  while (startsMs.length < STARTS) startsMs.push(await startOnce());
  return startsMs;
}
