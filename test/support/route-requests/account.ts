import { ownIdentity, ownSession } from '../arrange/own-account.ts';
import type { Desk, Prepare } from './desk.ts';

/** Requests of people about their own accounts, and of administrators about the same. */
export function accountRequests({ acme, manage, manageOwn, accountOfUser, accountOfMember }: Desk) {
  const read = async (path: string) => manageOwn(await accountOfUser(), 'GET', path);
  return {
    getMe: () => read('/v1/me'),
    getMyMembership: async () => manageOwn(await accountOfMember(), 'GET', `/v1/me/memberships/${acme.tenantId}`),
    listMyConsents: () => read('/v1/me/consents'),
    endMyConsent: async () => {
      const account = await accountOfUser();
      return manageOwn(account, 'DELETE', `/v1/me/consents/${account.consentId}`);
    },
    listConsentsOfUser: async () => manage('GET', `/v1/users/${acme.userId}/consents`),
    endConsentOfUser: async () => {
      const { userId, consentId } = await accountOfUser();
      return manage('DELETE', `/v1/users/${userId}/consents/${consentId}`);
    },
    getMyIdentities: () => read('/v1/me/identities'),
    removeMyIdentity: async () => {
      const account = await accountOfUser();
      return manageOwn(account, 'DELETE', `/v1/me/identities/${await ownIdentity(account)}`);
    },
    getMySessions: () => read('/v1/me/sessions'),
    endMySession: async () => {
      const account = await accountOfUser();
      return manageOwn(account, 'DELETE', `/v1/me/sessions/${await ownSession(account)}`);
    },
  } satisfies Record<string, Prepare>;
}
