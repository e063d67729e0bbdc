/** An instant for people: `2026-01-31 06:00:00 UTC`. */
export const instantText = (instant: Date): string =>
  `${instant.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
