import type { Clock, Digests, Random } from '../ambient.ts';
import { changedMeanwhile } from '../errors.ts';
import { newId } from '../ids.ts';
import type { AuthorizationRequest } from '../people-records/authorization-request.ts';
import { type Consent, type ConsentPath, consentKey } from '../people-records/consent.ts';
import type { RecordWriter } from '../records/change-record.ts';
import type { Client } from '../records/client.ts';
import { registrationOf } from '../registration/registration.ts';

/** Returns what users saw of an application: if its name or a redirect URI changes, they are asked again. */
export function applicationDigest(client: Client, { digest }: Pick<Digests, 'digest'>): string {
  const { redirectUris } = registrationOf(client);
  return digest(JSON.stringify([client.description, [...redirectUris].toSorted()]));
}

/** The permissions that a person was shown, those among them that the person allowed, and what else the page told. */
export interface ConsentDecision {
  readonly shown: readonly string[];
  readonly allowed: readonly string[];
  readonly told: readonly string[];
}

/** What a consent page tells besides permissions: what the application learns, and whether it outlives the login. */
export function toldBy({ identityScopes, isOffline }: AuthorizationRequest): readonly string[] {
  return [...identityScopes, ...(isOffline ? ['offline_access'] : [])];
}

interface Ports {
  readonly consents: RecordWriter<'consent'>;
  readonly digests: Digests;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Keeps the decision of a person. What the page did not show stays as it was, unless the application has changed since:
 * then the person decided about another application, and nothing stays. A first decision makes a new consent, on which
 * its tokens depend.
 * @throws DomainError `conflict` if the person decided in another window at the same time
 */
export async function keepConsent(
  {
    path,
    client,
    before,
  }: { readonly path: ConsentPath; readonly client: Client; readonly before: Consent | undefined },
  { shown, allowed, told }: ConsentDecision,
  { consents, digests, clock, random }: Ports,
): Promise<Consent> {
  const digest = applicationDigest(client, digests);
  const same = before?.applicationDigest === digest ? before : undefined;
  const rest = (values: readonly string[] = []) => values.filter((value) => !shown.includes(value));
  const decided = {
    ...path,
    allowed: [...rest(same?.allowed), ...shown.filter((value) => allowed.includes(value))],
    declined: [...rest(same?.declined), ...shown.filter((value) => !allowed.includes(value))],
    told: [...new Set([...(same?.told ?? []), ...told])],
    applicationDigest: digest,
  };
  const key = consentKey(path);
  if (before === undefined) {
    const consent: Consent = { ...decided, id: newId('con', random), createdAtSeconds: clock.nowSeconds(), version: 1 };
    await consents.insert(key, consent);
    return consent;
  }
  const changed: Consent = { ...before, ...decided, version: before.version + 1 };
  if (!(await consents.replace(key, changed))) throw changedMeanwhile();
  return changed;
}
