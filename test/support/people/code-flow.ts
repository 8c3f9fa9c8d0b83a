import { createHash, randomBytes } from 'node:crypto';
import { FormBrowser, type Shown } from '#infra/local/demo/people/form-browser.ts';
import { createApplication, grantPermissions } from '../clients/applications.ts';
import { basic, type Credentials, type Deployment, type Reply, readReply } from '../world/deployment.ts';
import { REPORTS } from '../world/world.ts';
import { logInByCode } from './log-in.ts';
import type { Mailbox } from './mailbox.ts';

/** Where the application of these tests gets its answers. */
export const REDIRECT_URI = 'https://app.example.com/callback';

/** A third-party application that may ask users for everything at an API. */
export async function newThirdParty(world: Deployment, apiId: string, request: object = {}): Promise<Credentials> {
  const grantTypes = ['authorization_code', 'refresh_token'];
  const application = await createApplication(world, {
    party: 'third',
    redirectUris: [REDIRECT_URI],
    grantTypes,
    ...request,
  });
  await grantPermissions(world, application, apiId, 'all', 'user');
  return application;
}

/** The e-mail address of a user. */
export async function addressOf(world: Deployment, userId: string): Promise<string> {
  const { body } = await world.manage('GET', `/v1/users/${userId}`);
  return (body as { email: string }).email;
}

/** The changes to a good redemption of a code. */
export interface Redemption {
  readonly headers?: Readonly<Record<string, string>>;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** A request for an authorization code, with the verifier that redeems it. */
export class CodeRequest {
  readonly verifier = randomBytes(32).toString('base64url');
  readonly #parameters: Readonly<Record<string, string>>;

  constructor(clientId: string, changes: Readonly<Record<string, string>> = {}) {
    const challenge = createHash('sha256').update(this.verifier).digest('base64url');
    this.#parameters = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: REDIRECT_URI,
      scope: 'openid read:reports',
      resource: REPORTS,
      state: 'xyz',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...changes,
    };
  }

  get path(): string {
    return `/oauth/authorize?${new URLSearchParams(this.#parameters)}`;
  }

  /** Trades the code of an answer, with these changes to a good request. */
  redeem(
    world: Pick<Deployment, 'url'>,
    application: Credentials,
    answer: URL,
    { headers, parameters }: Redemption = {},
  ): Promise<Reply> {
    const good = {
      grant_type: 'authorization_code',
      code: answer.searchParams.get('code') ?? '',
      redirect_uri: REDIRECT_URI,
      code_verifier: this.verifier,
    };
    return postForm(`${world.url}/oauth/token`, application, { ...good, ...parameters }, headers);
  }
}

/** The answer with which a browser leaves for the application. */
export function answerIn({ leavesTo, html }: Shown): URL {
  if (leavesTo === undefined) throw new Error(`The browser does not leave: ${html}`);
  return new URL(leavesTo);
}

/** Logs a person in on the way of a request, and returns what comes after the login. */
export async function openAs(
  browser: FormBrowser,
  request: CodeRequest,
  { email, mailbox }: { readonly email: string; readonly mailbox: Mailbox },
): Promise<Shown> {
  return logInByCode(browser, await browser.open(request.path), email, mailbox);
}

/** The members of an answer that refuses. */
export function refusalIn(shown: Shown): Record<string, string | null> {
  const { searchParams } = answerIn(shown);
  return { error: searchParams.get('error'), state: searchParams.get('state'), iss: searchParams.get('iss') };
}

/** What the application of a code flow asks for, and who logs in. */
export interface CodeFlow {
  readonly application: Credentials;
  readonly email: string;
  readonly mailbox: Mailbox;
  readonly scope: string;
  /** The API; absent if the application only learns who the person is. */
  readonly resource?: string;
  /** The permissions that the person ticks. */
  readonly permissions?: readonly string[];
  /** The browser of the person; a new one if absent. */
  readonly browser?: FormBrowser;
}

/** A person logs in and allows everything; the application redeems the code. Returns the answer of the token endpoint. */
export async function tokensByCode(
  world: Pick<Deployment, 'url'>,
  {
    application,
    email,
    mailbox,
    scope,
    resource = '',
    permissions = [],
    browser = new FormBrowser(world.url),
  }: CodeFlow,
): Promise<Readonly<Record<string, string>>> {
  // Also a person who has allowed this before is asked.
  const request = new CodeRequest(application.clientId, { scope, resource, prompt: 'consent' });
  const consent = await openAs(browser, request, { email, mailbox });
  const left = await browser.submit(consent, { decision: 'allow', permission: permissions });
  return succeeded(await request.redeem(world, application, answerIn(left)));
}

/** Sends a form to an OAuth endpoint as an application. @throws Error unless the answer is 200 */
export async function ask(
  url: string,
  application: Credentials,
  fields: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  return succeeded(await postForm(url, application, fields));
}

async function postForm(
  url: string,
  application: Credentials,
  fields: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const headers = { authorization: basic(application), ...others };
  return readReply(await fetch(url, { method: 'POST', headers, body: new URLSearchParams(fields) }));
}

function succeeded({ status, text, body }: Reply): Readonly<Record<string, string>> {
  if (status !== 200) throw new Error(`The answer is ${status}: ${text}`);
  return body as Record<string, string>;
}
