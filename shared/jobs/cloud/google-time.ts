/** As Google's clients give a `google.protobuf.Timestamp` or `Duration`. */
interface SecondsAndNanos {
  seconds?: unknown;
  nanos?: number | null;
}

/** In milliseconds: since the epoch of a timestamp, of a duration its length. */
const msOf = ({ seconds, nanos }: SecondsAndNanos): number =>
  Number(seconds ?? 0) * 1000 + Math.floor((nanos ?? 0) / 1e6);

export const dateOf = (timestamp: SecondsAndNanos | null | undefined): Date | undefined =>
  timestamp ? new Date(msOf(timestamp)) : undefined;

/** In seconds; `undefined` when there is none. */
export const secondsOf = (duration: SecondsAndNanos | null | undefined): number | undefined =>
  duration ? msOf(duration) / 1000 : undefined;
