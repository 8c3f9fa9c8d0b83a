import { FormBrowser, type Shown } from './people/form-browser.ts';

/** The credentials of a client. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What an application gets for the code of a person. */
export interface PersonTokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
  readonly scope: string;
}

/** The form of a client secret. */
export const SECRET = /^mms_[0-9A-Za-z]{52}$/;

/** The results of the steps so far. Each step reads the results of earlier steps and adds its own. */
export interface Story {
  readonly folder: string;
  /** The issuer; empty until the system runs. */
  url: string;
  bootstrap: () => Promise<{ readonly clientId: string; readonly clientSecret?: string }>;
  close: () => Promise<void>;
  administrator: Credentials;
  managementToken: string;
  apiId: string;
  readerRoleId: string;
  writerRoleId: string;
  managerRoleId: string;
  tenantId: string;
  userId: string;
  serviceUserId: string;
  tenantToken: Credentials;
  /** The tenant token with the secret it had before its rotation. */
  tenantTokenBefore: Credentials;
  personalToken: Credentials;
  managerToken: Credentials;
  serviceUserSecret: Credentials;
  /** A key of the same service user, which Mintmark has generated. */
  serviceUserKey: { readonly kid: string; readonly privateKey: string };
  /** The last assertion that was signed with this key. */
  assertion: string;
  /** The access tokens that the credentials were exchanged for. */
  tenantAccessToken: string;
  personalAccessToken: string;
  managerAccessToken: string;
  keyAccessToken: string;
  /** The application of a third party. */
  application: Credentials;
  /** What the application keeps while its user is away: only it can redeem the code (PKCE). */
  codeVerifier: string;
  /** The browser of the person, and the page that it shows. */
  browser: FormBrowser;
  page: Shown;
  /** The code with which the person's browser came back to the application. */
  code: string;
  personTokens: PersonTokens;
}

const NOTHING_SHOWN: Shown = { status: 0, html: '', path: '', leavesTo: undefined, headers: new Headers() };

const NOBODY: Credentials = { clientId: '', clientSecret: '' };

/** Creates a story without results. */
export function newStory(folder: string): Story {
  return {
    folder,
    url: '',
    bootstrap: () => Promise.reject(new Error('The system does not run yet.')),
    close: () => Promise.resolve(),
    administrator: NOBODY,
    managementToken: '',
    apiId: '',
    readerRoleId: '',
    writerRoleId: '',
    managerRoleId: '',
    tenantId: '',
    userId: '',
    serviceUserId: '',
    tenantToken: NOBODY,
    tenantTokenBefore: NOBODY,
    personalToken: NOBODY,
    managerToken: NOBODY,
    serviceUserSecret: NOBODY,
    serviceUserKey: { kid: '', privateKey: '' },
    assertion: '',
    tenantAccessToken: '',
    personalAccessToken: '',
    managerAccessToken: '',
    keyAccessToken: '',
    application: NOBODY,
    codeVerifier: '',
    browser: new FormBrowser(''),
    page: NOTHING_SHOWN,
    code: '',
    personTokens: { access_token: '', refresh_token: '', id_token: '', scope: '' },
  };
}
