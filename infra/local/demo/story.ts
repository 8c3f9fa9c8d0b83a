/** What a machine proves itself with. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

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
  tenantId: string;
  userId: string;
  tenantToken: Credentials;
  personalToken: Credentials;
  /** What the two API tokens were exchanged for. */
  tenantAccessToken: string;
  personalAccessToken: string;
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
    tenantId: '',
    userId: '',
    tenantToken: NOBODY,
    personalToken: NOBODY,
    tenantAccessToken: '',
    personalAccessToken: '',
  };
}
