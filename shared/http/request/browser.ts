import { readForm } from './body.ts';
import { decodeForm, decodeWithFaults } from './form.ts';
import type { Incoming } from './incoming.ts';

/** What a browser sent with a request, for operations that answer people. */
export interface Browser {
  readonly cookies: Incoming['cookies'];
  /** The origin of the page that sent a form (Fetch, `Origin`); undefined if the browser does not say it. */
  readonly origin: string | undefined;
  /** The User-Agent header, shortened and cleaned. */
  readonly userAgent: string;
  /** The id of the request, by which the platform team finds it in the log. */
  readonly requestId: string;
  /**
   * The parameters of the query. API Gateway joins parameters that come twice, so they are read from the query string.
   * @throws DomainError `invalid_request` as `decodeForm` does
   */
  readonly queryParameters: (repeatable: readonly string[]) => Readonly<Record<string, string | string[]>>;
  /**
   * The parameters of the query, or of a form that was posted, with their faults as `decodeWithFaults` tells them.
   * @throws DomainError as `readForm` does
   */
  readonly parametersWithFaults: () => Readonly<Record<string, string | string[] | null>>;
}

/** Reads what a browser sent. */
export function browserOf(incoming: Incoming): Browser {
  const { cookies, headers, userAgent, requestId, rawQuery, method } = incoming;
  return {
    cookies,
    origin: headers.origin,
    userAgent,
    requestId,
    queryParameters: (repeatable) => decodeForm(rawQuery, repeatable),
    parametersWithFaults: () => decodeWithFaults(method === 'POST' ? readForm(incoming) : rawQuery),
  };
}
