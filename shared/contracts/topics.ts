/** Topic names; the project part of a Pub/Sub resource name is configuration. */
export const topic = {
  /** Commands and cancellations, to the invoker. */
  commands: 'triad-commands',
  /** Outcomes, to the orchestrator. */
  outcomes: 'triad-outcomes',
  /** Messages that no receiver will accept, kept for a person to look at. */
  deadLetters: 'triad-dead-letters',
} as const;
