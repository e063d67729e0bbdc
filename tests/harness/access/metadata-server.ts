import { after, before } from 'node:test';
import { answerMetadata } from '../../emulators/identity/answer-metadata.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { serve } from './http-stub.ts';

/** The metadata server of Google Cloud, which tells what it was asked. */
export class MetadataServer {
  /** The paths that were asked for, with the header that must come with each. */
  readonly asked: { path: string; flavor: string | undefined }[] = [];
  /** What it answers when asked for a token. */
  status = 200;
  issue: (audience: string) => Promise<string> = async () => 'e30.eyJleHAiOjF9.c2ln';

  /** Google's library finds this server and no credentials, in the tests of the file that calls this. */
  static use(): MetadataServer {
    const server = new MetadataServer();
    const environment = { ...process.env };
    before(async () => {
      const url = await server.#start();
      Object.assign(process.env, {
        GCE_METADATA_HOST: new URL(url).host,
        METADATA_SERVER_DETECTION: 'assume-present',
        GOOGLE_CLOUD_PROJECT: 'shop',
        CLOUDSDK_CONFIG: await temporaryDirectory(),
      });
      delete process.env.GOOGLE_APPLICATION_CREDENTIALS;
    });
    after(() => {
      process.env = environment;
    });
    return server;
  }

  #start(): Promise<string> {
    return serve(async (request, response) => {
      const path = request.url ?? '';
      this.asked.push({ path, flavor: String(request.headers['metadata-flavor']) });
      response.setHeader('metadata-flavor', 'Google');
      if (this.status !== 200) return response.writeHead(this.status).end();
      await answerMetadata(request, response, (audience) => this.issue(audience));
    });
  }
}
