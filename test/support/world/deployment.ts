import type { Clock } from '#shared/domain/ambient.ts';

/** Credentials as a creation answers them. */
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

/** Mintmark wherever it runs, as its administrator reaches it. */
export interface Deployment {
  readonly url: string;
  readonly admin: Credentials;
  /** Any request, body and headers as they are. */
  send(
    method: string,
    path: string,
    init?: { headers?: Record<string, string>; body?: NonNullable<RequestInit['body']> },
  ): Promise<Reply>;
  /** A form post with HTTP Basic credentials. */
  post(path: string, credentials: Credentials | undefined, parameters: Record<string, string>): Promise<Reply>;
  /** A management request by the administrator, or by whoever's token is given. */
  manage(method: string, path: string, body?: unknown, token?: string): Promise<Reply>;
  /** The access token of an exchange that succeeds. */
  tokenFor(credentials: Credentials, parameters?: Record<string, string>): Promise<string>;
}

/** What to reach, by which clock, and who hears of every reply: that one makes the request fail by throwing. */
export interface Reach extends Pick<Deployment, 'url' | 'admin'> {
  readonly clock: Clock;
  readonly onReply?: ((method: string, path: string, reply: Reply) => void) | undefined;
}

/** Reaches what listens at a URL. */
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

/** One exchange serves every request of the same second: an administrator's client would not ask for a token each time. */
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

/** HTTP Basic as RFC 6749 §2.3.1 wants it: both parts form-encoded. */
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
