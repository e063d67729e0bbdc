import type { GoogleAuth } from 'google-auth-library';
import { googleAuth } from '../../access/google-auth.ts';
import { TriadError } from '../../errors/triad-error.ts';

/** Where a test server listens instead of Google: no TLS, no credentials. */
export interface GoogleTestEndpoint {
  host: string;
  port: number;
}

/** As far as they are used here, the options of every generated client. */
export type GoogleClientOptions = {
  projectId: string;
  auth?: GoogleAuth;
  apiEndpoint?: string;
  servicePath?: string;
  port?: number;
  /** Channel credentials of the client's own gRPC. */
  sslCreds?: never;
  clientOptions?: { universeDomain: string };
};

/** What a client of Google is to talk to. */
export interface GoogleService {
  /** For people, such as `Vertex AI`. */
  title: string;
  projectId: string;
  /** A test server, instead of Google. */
  endpoint: GoogleTestEndpoint | undefined;
  /** The host of Google's that is not the client's default. */
  apiEndpoint?: string;
}

/**
 * Options for a generated client of Google. Without credentials it is `JOB_ACCESS_DENIED`.
 *
 * @param probe makes a client that is asked for its gRPC and never called: channel credentials must
 * come from the very copy of gRPC that the clients use
 */
export async function googleClientOptions(
  { title, projectId, endpoint, apiEndpoint }: GoogleService,
  probe: (options: GoogleClientOptions) => object,
): Promise<GoogleClientOptions> {
  if (!endpoint) {
    const auth = await authenticated(title, projectId);
    return { projectId, auth, ...(apiEndpoint !== undefined && { apiEndpoint }) };
  }
  // Otherwise credentials are looked for, to learn which cloud they are for.
  const clientOptions = { universeDomain: 'googleapis.com' };
  // Any credentials will do for a client that makes no call; without some it looks for its own.
  const options = { projectId, clientOptions, sslCreds: {} as never };
  const { grpc } = Reflect.get(probe(options), '_gaxModule');
  return {
    projectId,
    servicePath: endpoint.host,
    port: endpoint.port,
    sslCreds: grpc.credentials.createInsecure() as never,
    clientOptions,
  };
}

async function authenticated(service: string, projectId: string): Promise<GoogleAuth> {
  const scopes = ['https://www.googleapis.com/auth/cloud-platform'];
  try {
    return await googleAuth({ projectId, scopes });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TriadError('JOB_ACCESS_DENIED', { service, reason }, { cause: error });
  }
}
