import type { SpanContext } from './span-context.ts';

/** A piece of work that is over. */
export interface FinishedSpan {
  name: string;
  context: SpanContext;
  /** Absent for the first span of a trace. */
  parent?: SpanContext | undefined;
  start: Date;
  end: Date;
  attributes: Record<string, string | number>;
  /** Why the work failed. */
  error?: { code: string; message: string } | undefined;
}

/** Takes note of work, for someone to look at. Never fails, and never keeps the work waiting. */
export interface Tracer {
  record(span: FinishedSpan): void;
  /** Sends what was recorded, if that is possible within a few seconds. */
  close(): Promise<void>;
}

export const noTracer: Tracer = { record() {}, async close() {} };
