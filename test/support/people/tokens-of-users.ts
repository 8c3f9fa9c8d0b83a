import { createHash, randomBytes } from 'node:crypto';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { type Manage, succeed } from '../arrange/manage.ts';
import { basic, type Credentials, type Deployment, readReply } from '../world/deployment.ts';
import { logInByCode } from './log-in.ts';
import type { Mailbox } from './mailbox.ts';

/** Where the applications of these tests get their codes. */
const CALLBACK = 'https://app.example.com/callback';

/** Registers a third-party application that may use everything of an API for its users. */
export async function applicationForUsers(manage: Manage, apiId: string): Promise<Credentials> {
  const application = await succeed<Credentials>(
    manage('POST', '/v1/applications', {
      name: 'Dashboards',
      party: 'third',
      redirectUris: [CALLBACK],
      grantTypes: ['authorization_code', 'refresh_token'],
    }),
  );
  const path = `/v1/applications/${application.clientId}/grants/${apiId}`;
  await succeed(manage('PUT', path, { for: 'user', permissions: 'all' }));
  return application;
}

/** What the application of a code flow asks for, and who logs in. */
export interface CodeFlow {
  readonly application: Credentials;
  readonly email: string;
  readonly mailbox: Mailbox;
  readonly scope: string;
  readonly resource?: string;
  /** The permissions that the person ticks. */
  readonly permissions?: readonly string[];
}

/** A person logs in and allows everything; the application redeems the code. Returns the answer of the token endpoint. */
export async function tokensByCode(
  { url }: Pick<Deployment, 'url'>,
  { application, email, mailbox, scope, resource, permissions = [] }: CodeFlow,
): Promise<Readonly<Record<string, string>>> {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: application.clientId,
    redirect_uri: CALLBACK,
    scope,
    // Also a person who has allowed this before is asked.
    prompt: 'consent',
    ...(resource !== undefined && { resource }),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const browser = new FormBrowser(url);
  const consent = await logInByCode(browser, await browser.open(`/oauth/authorize?${query}`), email, mailbox);
  const left = await browser.submit(consent, { decision: 'allow', permission: permissions });
  const code = new URL(left.leavesTo ?? '').searchParams.get('code') ?? '';
  const terms = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: verifier };
  return ask(`${url}/oauth/token`, application, terms);
}

/** Sends a form to an OAuth endpoint as an application. @throws Error unless the answer is 200 */
export async function ask(
  url: string,
  application: Credentials,
  fields: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const headers = { authorization: basic(application) };
  const reply = await readReply(await fetch(url, { method: 'POST', headers, body: new URLSearchParams(fields) }));
  if (reply.status !== 200) throw new Error(`${url} answered ${reply.status}: ${reply.text}`);
  return reply.body as Record<string, string>;
}
