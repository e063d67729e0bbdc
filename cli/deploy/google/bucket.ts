import type { GoogleRest } from './google-rest.ts';

/** Small texts and folders of one bucket (cloud.google.com/storage/docs/json_api/v1). */
export class Bucket {
  readonly #rest: GoogleRest;
  readonly #objects: string;
  readonly #uploads: string;

  constructor(rest: GoogleRest, name: string) {
    this.#rest = rest;
    this.#objects = `https://storage.googleapis.com/storage/v1/b/${name}/o`;
    this.#uploads = `https://storage.googleapis.com/upload/storage/v1/b/${name}/o`;
  }

  async read(path: string): Promise<string | undefined> {
    const url = `${this.#objects}/${encodeURIComponent(path)}?alt=media`;
    const asked = { url, action: `read ${path}`, mayBeMissing: true, asText: true };
    return (await this.#rest.ask(asked)) as string | undefined;
  }

  async write(path: string, text: string): Promise<void> {
    const url = `${this.#uploads}?uploadType=media&name=${encodeURIComponent(path)}`;
    await this.#rest.ask({ method: 'POST', url, action: `write ${path}`, body: text });
  }

  /** The paths that match a pattern of Cloud Storage, such as `releases/*.json`. */
  async matching(glob: string): Promise<string[]> {
    return this.#paths(`matchGlob=${encodeURIComponent(glob)}`, `look for ${glob}`);
  }

  /** Removes all below a prefix; `last` goes when all the others are gone. */
  async deletePrefix(prefix: string, last: string): Promise<void> {
    const query = `prefix=${encodeURIComponent(prefix)}`;
    const paths = await this.#paths(query, `list ${prefix}`);
    const first = paths.filter((path) => path !== last);
    for (let at = 0; at < first.length; at += together) {
      await Promise.all(first.slice(at, at + together).map((path) => this.#delete(path)));
    }
    await this.#delete(last);
  }

  async #delete(path: string): Promise<void> {
    const url = `${this.#objects}/${encodeURIComponent(path)}`;
    const action = `delete ${path}`;
    await this.#rest.ask({ method: 'DELETE', url, action, mayBeMissing: true });
  }

  async #paths(query: string, action: string): Promise<string[]> {
    const url = `${this.#objects}?${query}&maxResults=1000&fields=items(name),nextPageToken`;
    const items = (await this.#rest.all({ url, action }, 'items')) as { name: string }[];
    return items.map(({ name }) => name);
  }
}

/** Requests at a time. */
const together = 16;
