import {
  dynamoConsentRemover,
  dynamoDirectoryLister,
  dynamoIdentityRemover,
} from '#shared/adapters/dynamo/directory/directory.ts';
import { dynamoIssuance } from '#shared/adapters/dynamo/tokens/issuance.ts';
import { dynamoShortLivedWriter } from '#shared/adapters/dynamo/tokens/short-lived.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { sqsMailQueue } from '#shared/adapters/mail/mail-queue.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { management } from '#shared/adapters/sets/management.ts';
import { ownAccount } from '#shared/api/management/own-account.ts';
import { ownAccountOf } from '#shared/domain/access/authority.ts';
import { endConsent, listGivenConsents } from '#shared/domain/authorization/given-consents.ts';
import { getUser } from '#shared/domain/directory/users.ts';
import { notFound } from '#shared/domain/errors.ts';
import { listOwnIdentities, removeIdentity } from '#shared/domain/identities/own-identities.ts';
import { readOwnAuthority, readOwnProfile } from '#shared/domain/login/own-profile.ts';
import { endSession, listSessions } from '#shared/domain/login/sessions.ts';
import { lambda } from '#shared/http/lambda.ts';
import {
  consentRepresentation,
  identitiesRepresentation,
  ownAuthorityRepresentation,
  ownProfileRepresentation,
  sessionRepresentation,
} from '#shared/http/reply/account-representations.ts';
import { done, ok } from '#shared/http/reply/replies.ts';
import { pageRepresentation } from '#shared/http/reply/representations.ts';

const adapters = {
  ...ambient,
  ...management,
  directoryList: dynamoDirectoryLister,
  consentRemover: dynamoConsentRemover,
  sessions: dynamoShortLivedWriter,
  identityRemover: dynamoIdentityRemover,
  mailQueue: sqsMailQueue,
  issuance: dynamoIssuance,
  pepper: kmsPepper,
};

/** Serves what people see and end of their own accounts. */
export const handler = lambda(ownAccount, adapters, {
  getMe: async ({ caller }, ports) => ok(ownProfileRepresentation(await readOwnProfile(ownAccountOf(caller), ports))),
  getMyMembership: async ({ caller, params: { tenantId } }, ports) =>
    ok(ownAuthorityRepresentation(await readOwnAuthority({ userId: ownAccountOf(caller), tenantId }, ports))),

  listMyConsents: async ({ caller, query }, ports) =>
    ok(pageRepresentation(await listGivenConsents(ownAccountOf(caller), query, ports), consentRepresentation)),
  endMyConsent: async ({ caller, params, expectedVersion }, ports) => {
    await endConsent({ userId: ownAccountOf(caller), consentId: params.consentId, expectedVersion }, ports);
    return done(204);
  },
  listConsentsOfUser: async ({ params, query }, ports) => {
    await getUser(params.userId, ports);
    return ok(pageRepresentation(await listGivenConsents(params.userId, query, ports), consentRepresentation));
  },
  endConsentOfUser: async ({ params, expectedVersion }, ports) => {
    await getUser(params.userId, ports);
    await endConsent({ ...params, expectedVersion }, ports);
    return done(204);
  },

  getMySessions: async ({ caller }, ports) => {
    const sessions = await listSessions(ownAccountOf(caller), ports);
    return ok({ items: sessions.map((session) => sessionRepresentation(session, caller.login?.sessionId)) });
  },
  getMyIdentities: async ({ caller }, ports) =>
    ok(identitiesRepresentation(await listOwnIdentities(ownAccountOf(caller), ports))),
  removeMyIdentity: async ({ caller, params, expectedVersion }, ports) => {
    await removeIdentity({ ...params, userId: ownAccountOf(caller), expectedVersion }, ports);
    return done(204);
  },
  endMySession: async ({ caller, params }, ports) => {
    if (!(await endSession({ id: params.sessionId, userId: ownAccountOf(caller) }, ports))) throw notFound();
    return done(204);
  },
});
