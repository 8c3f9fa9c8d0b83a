import { unavailable } from '#shared/domain/errors.ts';
import { httpsSender, type RemoteSender, readBody } from '../remote/guarded-request.ts';

const REQUEST_MILLISECONDS_MAX = 2_000;

/** What `oauth4webapi` asks of a fetch. */
interface FetchOptions {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: { toString(): string } | null | undefined;
}

/** A fetch for `oauth4webapi`. */
export type ProviderFetch = (url: string, options: FetchOptions) => Promise<Response>;

/** Answers with these statuses have no body (Fetch, null body status). */
const BODILESS = [204, 205, 304];

/**
 * Sends the requests of `oauth4webapi` by the rules of `httpsSender`. It rejects with `temporarily_unavailable` if the
 * provider cannot be reached, may not be reached, is too slow, or says that it failed.
 */
export function providerFetch(send: RemoteSender = httpsSender()): ProviderFetch {
  return async (url, { method, headers, body }) => {
    const signal = AbortSignal.timeout(REQUEST_MILLISECONDS_MAX);
    const answer = await fetchOnce(send, { url, method, headers, body: body?.toString(), signal }).catch(
      (cause: unknown) => {
        throw unavailable(cause);
      },
    );
    if (answer.status === 429 || answer.status >= 500) throw unavailable(new Error('The provider failed.'));
    return answer;
  };
}

async function fetchOnce(send: RemoteSender, request: Parameters<RemoteSender>[0]): Promise<Response> {
  const response = await send(request);
  const bytes = await readBody(response);
  const { statusCode: status = 500, headers } = response;
  const kept = Object.entries({
    'content-type': headers['content-type'],
    'www-authenticate': headers['www-authenticate'],
  }).filter((header): header is [string, string] => header[1] !== undefined);
  return new Response(BODILESS.includes(status) ? null : new Uint8Array(bytes), { status, headers: kept });
}
