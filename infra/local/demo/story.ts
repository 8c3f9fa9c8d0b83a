/** The credentials of a client. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
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
}

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
  };
}
