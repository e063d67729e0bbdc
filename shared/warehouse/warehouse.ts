/** A value of a row: what JSON can carry. Decimals and 64-bit integers keep all their digits. */
export type Cell = string | number | boolean | null | Date;
export type Row = Record<string, unknown>;
