import type { Context, SpanContext as OtelContext } from '@opentelemetry/api';
import type { IdGenerator } from '@opentelemetry/sdk-trace-node';
import type { SpanContext } from './span-context.ts';
import { type FinishedSpan, noTracer, type Tracer } from './tracer.ts';

export interface TracerOptions {
  /** The service that records, such as `orchestrator`. */
  service: string;
  /** Where spans are posted to as OTLP JSON; without it there is no tracing. */
  url: string | undefined;
}

/** How long a request to the collector may take, in milliseconds. */
const EXPORT_LIMIT_MS = 2000;
/** Spans are sent this often, in milliseconds. */
const EXPORT_EVERY_MS = 1000;

/** Loads OpenTelemetry, which takes a while, only where there is a collector. */
export async function openTracer({ service, url }: TracerOptions): Promise<Tracer> {
  if (url === undefined) return noTracer;
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const ids = new PresetIds();
  const provider = new sdk.BasicTracerProvider({
    idGenerator: ids,
    resource: resourceFromAttributes({ 'service.name': `triad-${service}` }),
    sampler: new sdk.AlwaysOnSampler(),
    spanProcessors: [
      new sdk.BatchSpanProcessor(new OTLPTraceExporter({ url, timeoutMillis: EXPORT_LIMIT_MS }), {
        scheduledDelayMillis: EXPORT_EVERY_MS,
        exportTimeoutMillis: EXPORT_LIMIT_MS,
      }),
    ],
  });
  const tracer = provider.getTracer('triad');

  const under = (parent: SpanContext | undefined): Context =>
    parent ? api.trace.setSpanContext(api.ROOT_CONTEXT, remote(parent)) : api.ROOT_CONTEXT;
  const remote = (context: SpanContext): OtelContext => ({
    ...context,
    traceFlags: api.TraceFlags.SAMPLED,
    isRemote: true,
  });

  return {
    record({ name, context, parent, start, end, attributes, error }: FinishedSpan) {
      ids.next = context;
      const span = tracer.startSpan(name, { startTime: start, attributes }, under(parent));
      if (error) {
        span.setStatus({ code: api.SpanStatusCode.ERROR, message: error.message });
        span.setAttribute('error.type', error.code);
      }
      span.end(end);
    },
    async close() {
      // A collector that is gone must not keep a service from stopping.
      await provider.shutdown().catch(() => {});
    },
  };
}

/** Gives a span the ids that were decided for it, in place of random ones. */
class PresetIds implements IdGenerator {
  next: SpanContext = { traceId: '', spanId: '' };

  generateTraceId(): string {
    return this.next.traceId;
  }

  generateSpanId(): string {
    return this.next.spanId;
  }
}
