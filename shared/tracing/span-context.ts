import { parseCommandId } from '../contracts/attempt.ts';

/** Names one span of one trace, across processes. */
export interface SpanContext {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** 16 hexadecimal digits. */
  spanId: string;
}

/**
 * The span of a run that `parts` name. All spans of a run follow from its id, so that they are in
 * one trace and find their parents, whichever process records them and however often it restarts.
 */
export const spanOf = (runId: string, ...parts: string[]): SpanContext => ({
  traceId: traceIdOf(runId),
  spanId: hexOf(['span', runId, ...parts]).slice(0, 16),
});

export const traceIdOf = (runId: string): string => hexOf(['trace', runId]).slice(0, 32);

/** The span of one attempt of one step: from its dispatch to its verified end. */
export const attemptSpan = (commandId: string): SpanContext =>
  spanOf(parseCommandId(commandId).runId, 'attempt', commandId);

/** What messages about an attempt carry. */
export const traceparentOf = (commandId: string): string =>
  formatTraceparent(attemptSpan(commandId));

/** W3C Trace Context (w3.org/TR/trace-context), sampled. */
export const formatTraceparent = ({ traceId, spanId }: SpanContext): string =>
  `00-${traceId}-${spanId}-01`;

/** `undefined` for what is no trace parent: it is ignored, as the standard asks. */
export function parseTraceparent(text: string | undefined): SpanContext | undefined {
  const pattern = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-|$)/;
  const [, traceId = '', spanId = ''] = pattern.exec(text ?? '') ?? [];
  return /[1-9a-f]/.test(traceId) && /[1-9a-f]/.test(spanId) ? { traceId, spanId } : undefined;
}

/** Cryptography is loaded with the first span: a small job does without it. */
const hexOf = (parts: string[]): string =>
  process.getBuiltinModule('node:crypto').hash('sha256', parts.join('\n'));
