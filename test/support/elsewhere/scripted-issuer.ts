import { generateKeyPairSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, SignJWT } from 'jose';
import type { Internet } from './internet.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const { publicKey: otherKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });

/** An issuer of OpenID Connect that says what a test wants it to say. Members that a test sets replace the good ones. */
export interface ScriptedIssuer {
  readonly issuer: string;
  /** What the ID token says about the person; `undefined` leaves a claim out. */
  claims: Readonly<Record<string, unknown>>;
  /** What the endpoint for claims says. */
  userInfo: Readonly<Record<string, unknown>>;
  metadata: Readonly<Record<string, unknown>>;
  /** The whole answer of the token endpoint in place of tokens. */
  tokenAnswer: { readonly status: number; readonly body: object; readonly location?: string } | undefined;
  /** Whether all its endpoints fail. */
  isDown: boolean;
  /** The forms that the token endpoint got, the newest last. */
  readonly exchanges: Readonly<Record<string, string>>[];
  /** The answer with which a person comes back from an address at this issuer: path and query of our own. */
  answerTo(address: string, changes?: Readonly<Record<string, string | undefined>>): string;
}

/** Lets an issuer answer at a host. */
export function serveScriptedIssuer(internet: Internet, host: string): ScriptedIssuer {
  const issuer = `https://${host}`;
  let nonce = '';
  let audience = '';
  const script: ScriptedIssuer = {
    issuer,
    claims: {},
    userInfo: {},
    metadata: {},
    tokenAnswer: undefined,
    isDown: false,
    exchanges: [],
    answerTo: (address, changes = {}) => {
      const { searchParams } = new URL(address);
      nonce = searchParams.get('nonce') ?? '';
      audience = searchParams.get('client_id') ?? '';
      const answer = { code: 'code-of-issuer', state: searchParams.get('state') ?? '', iss: issuer, ...changes };
      const kept = Object.entries(answer).filter((entry): entry is [string, string] => entry[1] !== undefined);
      return `${new URL(searchParams.get('redirect_uri') ?? '').pathname}?${new URLSearchParams(kept)}`;
    },
  };
  const routes: Readonly<Record<string, (form: Record<string, string>) => Promise<object> | object>> = {
    '/.well-known/openid-configuration': () => ({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/keys`,
      authorization_response_iss_parameter_supported: true,
      ...script.metadata,
    }),
    '/keys': async () => ({ keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256', use: 'sig', kid: '1' }] }),
    '/other-keys': async () => ({ keys: [{ ...(await exportJWK(otherKey)), alg: 'RS256', use: 'sig', kid: '1' }] }),
    '/userinfo': () => script.userInfo,
    '/token': async (form) => {
      script.exchanges.push(form);
      const now = Math.floor(Date.now() / 1_000);
      const good = { iss: issuer, aud: audience, sub: 'subject-1', iat: now, exp: now + 300, nonce };
      const claims = JSON.parse(JSON.stringify({ ...good, ...script.claims })) as Record<string, unknown>;
      const idToken = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: '1' }).sign(privateKey);
      return { access_token: 'token-of-issuer', token_type: 'Bearer', id_token: idToken };
    },
  };
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url?.replace(/\?.*/, '') ?? '';
    const form = Object.fromEntries(new URLSearchParams(await textOf(request)));
    if (script.isDown) return send(response, 503, {});
    if (path === '/token' && script.tokenAnswer !== undefined) {
      const { status, body, location } = script.tokenAnswer;
      return send(response, status, body, location);
    }
    const body = await routes[path]?.(form);
    send(response, body === undefined ? 404 : 200, body ?? {});
  };
  internet.serve(host, (request, response) => void respond(request, response));
  return script;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, body: object, location?: string): void {
  response.writeHead(status, { 'content-type': 'application/json', ...(location && { location }) });
  response.end(JSON.stringify(body));
}
