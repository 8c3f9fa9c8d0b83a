import type { Versioned } from '../records/lifecycle.ts';
import type { RecordKey, RecordList } from '../records/record-key.ts';

/** What a user lets an application do at an API, in one tenant or without a tenant. */
export interface Consent extends Versioned {
  /** A consent that was ended and given again has another id. */
  readonly id: string;
  readonly userId: string;
  readonly clientId: string;
  /** Undefined for a consent that only tells the application who the person is. */
  readonly apiId?: string | undefined;
  readonly tenantId?: string | undefined;
  readonly allowed: readonly string[];
  /** The permissions that the user declined. The pages do not ask for them again. */
  readonly declined: readonly string[];
  /** The scopes about the person, and `offline_access`, that the user allowed with it. */
  readonly told: readonly string[];
  /** The redirect URIs and the name of the application that the user saw: a change asks again. */
  readonly applicationDigest: string;
}

/** What a consent is about. */
export type ConsentPath = Pick<Consent, 'userId' | 'clientId' | 'apiId' | 'tenantId'>;

/** Names a consent. */
export function consentKey({
  userId,
  clientId,
  apiId = '',
  tenantId = '',
}: ConsentPath): RecordKey<'consent', Consent> {
  return { kind: 'consent', id: `${userId}/${clientId}/${apiId}/${tenantId}` };
}

/** Names the list of a user's consents. */
export function consentList(userId: string): RecordList<'consent', Consent> {
  return { kind: 'consent', owner: { userId } };
}
