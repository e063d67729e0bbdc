/** Where a test server listens instead of Google: no TLS, no credentials. */
export interface GoogleTestEndpoint {
  host: string;
  port: number;
}

/** As far as they are used here, the options of every generated client. */
export type GoogleClientOptions = {
  projectId: string;
  apiEndpoint?: string;
  servicePath?: string;
  port?: number;
  /** Channel credentials of the client's own gRPC. */
  sslCreds?: never;
  clientOptions?: { universeDomain: string };
};

/**
 * Options for a generated client of Google.
 *
 * @param where a test server, or the host of Google's that is not the client's default
 * @param probe makes a client that is asked for its gRPC and never called: channel credentials must
 * come from the very copy of gRPC that the clients use
 */
export function googleClientOptions(
  projectId: string,
  where: { endpoint: GoogleTestEndpoint | undefined; apiEndpoint: string | undefined },
  probe: (options: GoogleClientOptions) => object,
): GoogleClientOptions {
  const { endpoint, apiEndpoint } = where;
  if (!endpoint) return { projectId, ...(apiEndpoint !== undefined && { apiEndpoint }) };
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
