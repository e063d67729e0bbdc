/** Milliseconds for people: `480 ms`, `1.2 s`, `3 min 05 s`, `2 h 04 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

/** A whole number with separators: `541,909`. */
export const formatCount = (value: number): string => value.toLocaleString('en-US');

/** `1 row`, `4,338 rows`. */
export const formatRows = (rows: number): string =>
  `${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}`;

/** A number with `digits` digits after the point and separators: `8,911,407.90` for 2. */
export const formatAmount = (value: number, digits: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** A number of any size: five significant digits, or more where it is large: `-9,582.43`. */
export const formatNumber = (value: number): string =>
  value.toLocaleString(
    'en-US',
    Math.abs(value) < 1000 ? { maximumSignificantDigits: 5 } : { maximumFractionDigits: 2 },
  );

/** An instant without its fraction of a second: `2026-01-31 06:00:00`. In UTC. */
export const formatInstant = (iso: string): string => iso.slice(0, 19).replace('T', ' ');

const binaryUnits = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** An amount of data for people: `512 bytes`, `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return `${formatAmount(bytes / 1024 ** power, power === 0 ? 0 : 1)} ${binaryUnits[power]}`;
}
