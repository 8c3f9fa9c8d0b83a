import type { Clock } from '#shared/domain/ambient.ts';

/** Credentials in the answer to a creation. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A reply with everything that a test may compare. */
export interface Reply<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
  readonly text: string;
}

/** A running Mintmark, as its administrator reaches it. */
export interface Deployment {
  readonly url: string;
  readonly admin: Credentials;
  /** Sends any request, with body and headers as given. */
  send(
    method: string,
    path: string,
    init?: { headers?: Record<string, string>; body?: NonNullable<RequestInit['body']> },
  ): Promise<Reply>;
  /** Posts a form with HTTP Basic credentials. */
  post(path: string, credentials: Credentials | undefined, parameters: Record<string, string>): Promise<Reply>;
  /** Sends a management request with the given token, or as the administrator. */
  manage(method: string, path: string, body?: unknown, token?: string): Promise<Reply>;
  /** The access token of an exchange that succeeds. */
  tokenFor(credentials: Credentials, parameters?: Record<string, string>): Promise<string>;
}

/** The address and the clock of a Mintmark. `onReply` sees every reply; the request fails if it throws. */
export interface Reach extends Pick<Deployment, 'url' | 'admin'> {
  readonly clock: Clock;
  readonly onReply?: ((method: string, path: string, reply: Reply) => void) | undefined;
}

/** Reaches the Mintmark at a URL. */
export function reach({ url, admin, clock, onReply }: Reach): Deployment {
  const send: Deployment['send'] = async (method, path, init = {}) => {
    const reply = await readReply(await fetch(url + path, { method, ...init }));
    onReply?.(method, path, reply);
    return reply;
  };
  const post: Deployment['post'] = (path, credentials, parameters) =>
    send('POST', path, {
      ...(credentials && { headers: { authorization: basic(credentials) } }),
      body: new URLSearchParams(parameters),
    });
  const tokenFor: Deployment['tokenFor'] = async (credentials, parameters = {}) => {
    const reply = await post('/oauth/token', credentials, { grant_type: 'client_credentials', ...parameters });
    if (reply.status !== 200) throw new Error(`The exchange was refused: ${reply.text}`);
    return (reply.body as { access_token: string }).access_token;
  };
  const adminToken = remembering(clock, () => tokenFor(admin));
  const manage: Deployment['manage'] = async (method, path, body, token) =>
    send(method, path, {
      headers: {
        authorization: `Bearer ${token ?? (await adminToken())}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return { url, admin, send, post, manage, tokenFor };
}

/** One exchange serves every request of a second, because a client does not ask for a token each time. */
function remembering(clock: Clock, exchange: () => Promise<string>): () => Promise<string> {
  let known: { readonly atSeconds: number; readonly token: Promise<string> } | undefined;
  return () => {
    const atSeconds = clock.nowSeconds();
    if (known?.atSeconds !== atSeconds) known = { atSeconds, token: exchange() };
    known.token.catch(() => {
      known = undefined;
    });
    return known.token;
  };
}

/** HTTP Basic by RFC 6749 §2.3.1: both parts form-encoded. */
export function basic({ clientId, clientSecret }: Credentials): string {
  const encoded = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  return `Basic ${Buffer.from(encoded).toString('base64')}`;
}

/** An answer as tests compare it. */
export async function readReply(response: Response): Promise<Reply> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parseJson(text) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
