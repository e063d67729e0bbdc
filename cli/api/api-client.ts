import { parseInput } from '@triad/shared/errors/parse-input.ts';
import { httpJson } from '@triad/shared/http/http-json.ts';
import type { z } from 'zod';
import { withListingOf } from './not-found.ts';

export interface ApiRequest {
  path: string;
  method?: 'POST';
  body?: unknown;
  timeoutMs?: number;
  /** Of two requests with one key, the second gets what the first has made. */
  idempotencyKey?: string;
}

/** Asks the orchestrator, and checks what it answers. Its errors keep their code, message and fix. */
export class ApiClient {
  readonly #url: string;
  readonly #token: string | undefined;

  /** @param token needed where the system requires one */
  constructor(url: string, token?: string) {
    this.#url = url;
    this.#token = token;
  }

  async ask<S extends z.ZodType>(answer: S, request: ApiRequest): Promise<z.output<S>> {
    const { path, ...rest } = request;
    const received = await httpJson({
      service: 'orchestrator',
      url: `${this.#url}${path}`,
      token: this.#token,
      ...rest,
    }).catch((error) => {
      throw withListingOf(path, error);
    });
    return parseInput(answer, received, `answer of the orchestrator to ${path}`);
  }
}
