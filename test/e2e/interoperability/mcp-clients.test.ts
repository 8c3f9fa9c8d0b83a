import { auth, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import type { OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import { describe, expect, test } from 'vitest';
import { introspection } from '#test/support/ask/introspection.ts';
import { grantPermissions, type RegisteredApi, registerApi } from '#test/support/clients/applications.ts';
import { answerIn, newThirdParty, REDIRECT_URI } from '#test/support/people/code-flow.ts';
import { logInByCode } from '#test/support/people/log-in.ts';
import { useCodeFlow } from '#test/support/people/use-code-flow.ts';
import { prepared } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

const SERVER = 'https://mcp.example.com/mcp';
const METADATA = 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp';

const { mailbox, world, acme, begin } = useCodeFlow();
const api: RegisteredApi = prepared(() =>
  registerApi(world, ['call:tools'], { identifier: SERVER, allowRefreshTokens: true }),
);

/** The network of the library: an MCP server that only publishes its metadata (RFC 9728), and Mintmark. */
const fetchFn = async (url: string | URL, init?: RequestInit): Promise<Response> => {
  if (new URL(url).origin !== new URL(SERVER).origin) return fetch(url, init);
  if (String(url) !== METADATA) return new Response(undefined, { status: 404 });
  const metadata = { resource: SERVER, authorization_servers: [world.url], scopes_supported: ['call:tools'] };
  return Response.json(metadata);
};

const options = { serverUrl: SERVER, resourceMetadataUrl: new URL(METADATA), fetchFn };

/** What a program with an interactive client keeps, as the library asks for it. The client was registered before. */
class Program implements OAuthClientProvider {
  readonly redirectUrl = REDIRECT_URI;
  readonly clientMetadata = { redirect_uris: [REDIRECT_URI] };
  readonly #application: Credentials;
  #tokens: OAuthTokens | undefined;
  #verifier = '';
  wayToLogIn: URL | undefined;

  constructor(application: Credentials) {
    this.#application = application;
  }

  clientInformation() {
    return { client_id: this.#application.clientId, client_secret: this.#application.clientSecret };
  }

  tokens() {
    return this.#tokens;
  }

  saveTokens(tokens: OAuthTokens): void {
    this.#tokens = tokens;
  }

  redirectToAuthorization(url: URL): void {
    this.wayToLogIn = url;
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  codeVerifier(): string {
    return this.#verifier;
  }
}

describe("MCP's TypeScript library", () => {
  test('gets a token for its server by client credentials', async () => {
    const application = await newThirdParty(world, api.id, {
      grantTypes: ['client_credentials', 'authorization_code'],
    });
    await grantPermissions(world, application, api.id, ['call:tools']);
    const provider = new ClientCredentialsProvider({ ...application, expectedIssuer: world.url });
    expect(await auth(provider, options)).toBe('AUTHORIZED');
    const { access_token: token = '' } = provider.tokens() ?? {};
    expect(await introspection(world, token)).toMatchObject({
      active: true,
      client_id: application.clientId,
      aud: SERVER,
      scope: 'call:tools',
    });
  });

  test('logs a person in by a code, for a client that was registered before, and refreshes', async () => {
    const { browser, email } = await begin();
    const { roleId } = await roleForTools();
    await world.manage('PUT', `/v1/tenants/${acme.tenantId}/members/${acme.userId}`, { roleIds: [roleId] });
    const program = new Program(await newThirdParty(world, api.id));
    expect(await auth(program, { ...options, scope: 'call:tools offline_access' })).toBe('REDIRECT');
    const way = program.wayToLogIn?.href.slice(world.url.length) ?? '';
    const consent = await logInByCode(browser, await browser.open(way), email, mailbox);
    const answer = answerIn(await browser.submit(consent, { decision: 'allow', permission: ['call:tools'] }));
    const authorizationCode = answer.searchParams.get('code') ?? '';
    expect(await auth(program, { ...options, authorizationCode })).toBe('AUTHORIZED');
    const first = program.tokens();
    expect(await introspection(world, first?.access_token ?? '')).toMatchObject({
      active: true,
      sub: acme.userId,
      aud: SERVER,
      scope: 'call:tools',
    });
    expect(await auth(program, options)).toBe('AUTHORIZED');
    const next = program.tokens();
    expect([next?.access_token === first?.access_token, next?.refresh_token === first?.refresh_token]).toEqual([
      false,
      false,
    ]);
  });
});

/** A role that may call the tools of the server. */
async function roleForTools(): Promise<{ readonly roleId: string }> {
  const role = {
    key: 'tool-caller',
    name: 'Tool caller',
    level: 1,
    permissions: [{ api: SERVER, value: 'call:tools' }],
  };
  const { status, text, body } = await world.manage('POST', '/v1/roles', role);
  if (status !== 201) throw new Error(text);
  return { roleId: (body as { id: string }).id };
}
