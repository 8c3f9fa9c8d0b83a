import type { FormBrowser, Shown } from '#infra/local/demo/people/form-browser.ts';
import { upstreamProviders } from '#shared/adapters/identity-providers/upstream.ts';
import { type Manage, succeed } from '../arrange/manage.ts';
import { type Internet, startInternet } from '../elsewhere/internet.ts';
import { type ScriptedIssuer, serveScriptedIssuer } from '../elsewhere/scripted-issuer.ts';
import { opened, useManage, useWorld } from '../world/use-world.ts';
import { unlimited } from '../world/world.ts';
import { Mailbox } from './mailbox.ts';

let serial = 0;

/** An identity provider of a workspace, and the issuer behind it. */
export interface TestProvider {
  readonly id: string;
  readonly redirectUri: string;
  readonly script: ScriptedIssuer;
}

/** A world whose identity providers are hosts of this machine, with its administrator and a mailbox. */
export function useProviders() {
  const internet = opened(startInternet);
  const mailbox = new Mailbox();
  const world = useWorld({
    adapters: {
      ...unlimited,
      upstream: () => upstreamProviders(undefined, (request) => internet.send(request)),
      mailQueue: () => mailbox,
    },
  });
  return { internet, mailbox, world, manage: useManage(world) };
}

/** Lets people log in by a new issuer, which the workspace trusts for example.com. */
export async function newProvider(manage: Manage, internet: Internet, changes: object = {}): Promise<TestProvider> {
  serial += 1;
  const script = serveScriptedIssuer(internet, `login${serial}.example.com`);
  const body = {
    name: `Acme ${serial}`,
    type: 'oidc',
    issuer: script.issuer,
    clientId: 'mintmark',
    clientSecret: 'of-the-provider',
    trustedDomains: ['example.com'],
    ...changes,
  };
  const made = await succeed<{ id: string; redirectUri: string }>(manage('POST', '/v1/identity-providers', body));
  return { ...made, script };
}

/** A new user with an address at example.com. */
export async function newPerson(
  manage: Manage,
  name = 'person',
): Promise<{ readonly id: string; readonly email: string }> {
  serial += 1;
  return succeed<{ id: string; email: string }>(manage('POST', '/v1/users', { email: `${name}${serial}@example.com` }));
}

/** The claims of an issuer that has verified the address of a person. */
export function verified(email: string) {
  return { sub: `subject of ${email}`, email, email_verified: true };
}

/** Where the login page leads to a provider. The page shows the first twenty; a file of tests makes more. */
export function wayTo({ id }: Pick<TestProvider, 'id'>, loginPage: Shown): string {
  return `${loginPage.path}/provider/${id}`;
}

/** Chooses a provider on a login page, by default a new one, and returns the address that the browser leaves to. */
export async function leaveFor(
  provider: Pick<TestProvider, 'id'>,
  browser: FormBrowser,
  loginPath = '/login',
): Promise<string> {
  const { leavesTo, html } = await browser.open(wayTo(provider, await browser.open(loginPath)));
  if (leavesTo === undefined) throw new Error(`The browser stays: ${html}`);
  return leavesTo;
}

/** Logs in at a provider, comes back, and returns the page after that. */
export async function logInBy(provider: TestProvider, browser: FormBrowser, loginPath = '/login'): Promise<Shown> {
  return browser.open(provider.script.answerTo(await leaveFor(provider, browser, loginPath)));
}

/** Whether a browser is logged in. */
export async function isLoggedIn(browser: FormBrowser): Promise<boolean> {
  return (await browser.open('/account')).path === '/account';
}
