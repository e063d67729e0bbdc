/** Where a promise is put to the test. */
export interface Proof {
  /** A test file; or `chaos`, which is a command of its own. */
  where: string;
  /** The name of the one test in the file that is meant; all of them without it. */
  test?: string;
}

export interface Guarantee {
  promise: string;
  /** What exactly holds, and up to where. */
  statement: string;
  proofs: Proof[];
}
