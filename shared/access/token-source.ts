/** Where requests to other services get the token that they show. */
export interface TokenSource {
  /**
   * A token that the service at `url` takes, for one request.
   *
   * Errors: `IDENTITY_MISSING`, `IDENTITY_UNAVAILABLE`.
   */
  tokenFor(url: string): Promise<string>;
}

/** A secret that both sides know, or a source that makes a token for each receiver. */
export type Token = string | TokenSource;
