export interface Call {
  method: string;
  url: URL;
  body: string | undefined;
  authorization: string | null;
}

export type Body = Record<string, unknown>;

export interface Answer {
  status: number;
  body: unknown;
}

export const answer = (body: unknown, status = 200): Answer => ({ status, body });
export const notFound = answer({ error: { code: 404, message: 'Not found.' } }, 404);

/** Two items a page, so that whoever reads one page misses some. */
export function pageOf(field: string, items: unknown[], url: URL): Answer {
  const from = Number(url.searchParams.get('pageToken') ?? 0);
  const next = from + 2;
  return answer({
    ...(items.length > 0 && { [field]: items.slice(from, next) }),
    ...(next < items.length && { nextPageToken: String(next) }),
  });
}
