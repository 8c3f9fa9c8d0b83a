import { type OwnAccount, ownSession } from '../arrange/own-account.ts';
import type { Desk, Prepare, RouteRequest } from './desk.ts';

/** Requests of people about their own accounts, and of administrators about the same. */
export function accountRequests({ acme, manage, accountOfUser }: Desk) {
  const asOwner = (method: string, path: string, { token }: OwnAccount): RouteRequest => ({
    method,
    path,
    headers: { authorization: `Bearer ${token}` },
  });
  const read = async (path: string) => asOwner('GET', path, await accountOfUser());
  return {
    listMyConsents: () => read('/v1/me/consents'),
    endMyConsent: async () => {
      const account = await accountOfUser();
      return asOwner('DELETE', `/v1/me/consents/${account.consentId}`, account);
    },
    listConsentsOfUser: async () => manage('GET', `/v1/users/${acme.userId}/consents`),
    endConsentOfUser: async () => {
      const { userId, consentId } = await accountOfUser();
      return manage('DELETE', `/v1/users/${userId}/consents/${consentId}`);
    },
    getMySessions: () => read('/v1/me/sessions'),
    endMySession: async () => {
      const account = await accountOfUser();
      return asOwner('DELETE', `/v1/me/sessions/${await ownSession(account)}`, account);
    },
  } satisfies Record<string, Prepare>;
}
