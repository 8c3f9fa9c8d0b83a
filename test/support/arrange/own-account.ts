import { decodeJwt } from 'jose';
import {
  dynamoConsentRecords,
  dynamoIdentityRecords,
  dynamoUserRecords,
} from '#shared/adapters/dynamo/directory/directory.ts';
import { dynamoRecords } from '#shared/adapters/dynamo/directory/records.ts';
import { dynamoShortLivedWriter } from '#shared/adapters/dynamo/tokens/short-lived.ts';
import { systemPermissions } from '#shared/domain/access/system-api.ts';
import { consentKey } from '#shared/domain/people-records/consent.ts';
import { identityKey } from '#shared/domain/people-records/identity.ts';
import { type Session, sessionKey } from '#shared/domain/people-records/session.ts';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { userKey } from '#shared/domain/records/principals.ts';
import { createApplication } from '../clients/applications.ts';
import { openForge } from '../forge/forge.ts';
import type { Deployment, Reply } from '../world/deployment.ts';

const DAY_SECONDS = 86_400;

const EVERYTHING = systemPermissions.map(({ value }) => value).join(' ');

/** A user's access token for the management API, in no tenant, with the records that it depends on. */
export interface OwnAccount {
  readonly userId: string;
  /** The application that acts for the user. */
  readonly clientId: string;
  /** The consent by which it does. */
  readonly consentId: string;
  readonly token: string;
}

/** What a test chooses of an account. */
interface OwnAccountTerms {
  readonly userId?: string;
  readonly scope?: string;
  readonly claims?: object;
  /** The age of the login of the session on which the token depends; without it, the token depends on none. */
  readonly loggedInSecondsAgo?: number;
}

/**
 * Signs, with the workspace's own key, the token that an application gets for a user in no tenant. Its scope is
 * everything, and so is the grant of the application for its users. The user is new unless the test names one.
 */
export async function ownAccount(
  world: Deployment,
  { userId, scope = EVERYTHING, claims = {}, loggedInSecondsAgo }: OwnAccountTerms = {},
): Promise<OwnAccount> {
  const application = await createApplication(world);
  const { clientId } = application;
  const path = `/v1/applications/${clientId}/grants/${SYSTEM_API_ID}`;
  const grant = await made(world.manage('PUT', path, { for: 'user', permissions: 'all' }));
  const id = userId ?? (await made(world.manage('POST', '/v1/users', { email: `${clientId}@example.com` }))).id;
  const forge = openForge(await world.tokenFor(world.admin));
  try {
    const consentId = await consent(id, clientId);
    const own = {
      sub: id,
      client_id: clientId,
      scope,
      depends_on: [grant.id, consentId],
      jti: `tok_${clientId}`,
      granted_at: forge.claims.iat,
    };
    const login =
      loggedInSecondsAgo !== undefined &&
      (await sessionClaims({ userId: id, clientId, nowSeconds: Number(forge.claims.iat) }, loggedInSecondsAgo));
    const token = await forge.vary({ claims: { ...own, ...login, ...claims } });
    return { userId: id, clientId, consentId, token };
  } finally {
    forge.close();
  }
}

/** Writes the consent that the user would give on our page, and returns its id. */
async function consent(userId: string, clientId: string): Promise<string> {
  const id = `con_${clientId.slice('cli_'.length)}`;
  const allowed = systemPermissions.map(({ value }) => value);
  const path = { userId, clientId, apiId: SYSTEM_API_ID };
  const about = { allowed, declined: [], told: [], applicationDigest: '' };
  const record = { id, ...path, ...about, createdAtSeconds: 0, version: 1 };
  await dynamoConsentRecords(() => 'mintmark-directory').insert(consentKey(path), record);
  return id;
}

/** Writes a session of the user of an account, as a login at the time of the token begins it, and returns its id. */
export function ownSession({ userId, clientId, token }: OwnAccount): Promise<string> {
  const { iat: nowSeconds = 0 } = decodeJwt(token);
  return writeSession({ userId, clientId, nowSeconds });
}

/** Gives the user of an account a verified address and a subject at an identity provider, and returns the id of the identity. */
export async function ownIdentity({ userId, clientId, token }: OwnAccount): Promise<string> {
  const { iat: nowSeconds = 0 } = decodeJwt(token);
  const id = `idn_${clientId.slice('cli_'.length)}`;
  const subject = { issuer: 'https://login.acme.example', subject: clientId };
  const identity = { ...subject, id, userId, providerId: 'idp_gone', createdAtSeconds: nowSeconds, version: 1 };
  await dynamoIdentityRecords(() => 'mintmark-directory').insert(identityKey(id), identity);
  await verifyAddress(userId);
  return id;
}

/** Notes that a user has shown a code that was sent to the address. */
async function verifyAddress(userId: string): Promise<void> {
  const records = dynamoRecords((name) => name.replace(/^MINTMARK_(\w+)_TABLE$/, 'mintmark-$1').toLowerCase());
  const user = await records.open(userId).find(userKey(userId));
  if (user === undefined) throw new Error('There is no such user.');
  const users = dynamoUserRecords(() => 'mintmark-directory');
  await users.replace(userKey(userId), { ...user, isEmailVerified: true, version: user.version + 1 });
}

interface OwnLogin {
  readonly userId: string;
  readonly clientId: string;
  readonly nowSeconds: number;
}

/** Writes a session that began so long ago and is used now, and returns the claims of its tokens. */
async function sessionClaims(login: OwnLogin, secondsAgo: number): Promise<{ sid: string; auth_time: number }> {
  return { sid: await writeSession(login, secondsAgo), auth_time: login.nowSeconds - secondsAgo };
}

async function writeSession({ userId, clientId, nowSeconds }: OwnLogin, secondsAgo = 0): Promise<string> {
  const session: Session = {
    id: `ses_${clientId.slice('cli_'.length)}`,
    secretDigest: '',
    userId,
    methods: ['otp'],
    isOfMember: false,
    startedAtSeconds: nowSeconds - secondsAgo,
    authenticatedAtSeconds: nowSeconds - secondsAgo,
    lastSeenAtSeconds: nowSeconds,
    source: '203.0.113.7',
    userAgent: 'Firefox',
    expiresAtSeconds: nowSeconds + DAY_SECONDS,
    version: 1,
  };
  const sessions = dynamoShortLivedWriter(() => 'mintmark-tokens');
  if (!(await sessions.write(sessionKey(session.id), session))) throw new Error('The session exists already.');
  return session.id;
}

async function made(replying: Promise<Reply>): Promise<{ readonly id: string }> {
  const { status, text, body } = await replying;
  if (status >= 300) throw new Error(text);
  return body as { id: string };
}
