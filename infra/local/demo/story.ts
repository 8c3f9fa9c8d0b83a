/** What a machine proves itself with. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What a client secret looks like. */
export const SECRET = /^mms_[0-9A-Za-z]{52}$/;

/** What has come about so far: each step reads what earlier ones left here and leaves what later ones need. */
export interface Story {
  readonly folder: string;
  /** The issuer, once the system runs. */
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
  /** A key of the same service user, as Mintmark made it. */
  serviceUserKey: { readonly kid: string; readonly privateKey: string };
  /** The last thing that was signed with it. */
  assertion: string;
  /** What these were exchanged for. */
  tenantAccessToken: string;
  personalAccessToken: string;
  managerAccessToken: string;
  keyAccessToken: string;
}

const NOBODY: Credentials = { clientId: '', clientSecret: '' };

/** A story in which nothing has happened yet. */
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
