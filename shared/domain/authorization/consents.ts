import type { Clock, Digests, Random } from '../ambient.ts';
import { changedMeanwhile } from '../errors.ts';
import { newId } from '../ids.ts';
import { type Consent, type ConsentPath, consentKey } from '../people-records/consent.ts';
import type { RecordWriter } from '../records/change-record.ts';
import type { Client } from '../records/client.ts';
import { registrationOf } from '../registration/registration.ts';

/** Returns what users saw of an application: if its name or a redirect URI changes, they are asked again. */
export function applicationDigest(client: Client, { digest }: Pick<Digests, 'digest'>): string {
  const { redirectUris } = registrationOf(client);
  return digest(JSON.stringify([client.description, [...redirectUris].toSorted()]));
}

/** The permissions that a person was shown, and those among them that the person allowed. */
export interface ConsentDecision {
  readonly shown: readonly string[];
  readonly allowed: readonly string[];
}

interface Ports {
  readonly consents: RecordWriter<'consent'>;
  readonly digests: Digests;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Keeps the decision of a person. What the page did not show stays as it was. A first decision makes a new consent, on
 * which its tokens depend.
 * @throws DomainError `conflict` if the person decided in another window at the same time
 */
export async function keepConsent(
  {
    path,
    client,
    before,
  }: { readonly path: ConsentPath; readonly client: Client; readonly before: Consent | undefined },
  { shown, allowed }: ConsentDecision,
  { consents, digests, clock, random }: Ports,
): Promise<Consent> {
  const rest = (values: readonly string[] = []) => values.filter((value) => !shown.includes(value));
  const declined = shown.filter((value) => !allowed.includes(value));
  const decided = {
    ...path,
    allowed: [...rest(before?.allowed), ...shown.filter((value) => allowed.includes(value))],
    declined: [...rest(before?.declined), ...declined],
    applicationDigest: applicationDigest(client, digests),
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
