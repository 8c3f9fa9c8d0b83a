import { isMadeId } from '#shared/domain/ids.ts';
import type { Client } from '#shared/domain/records/client.ts';
import type { RecordReader } from '#shared/domain/records/look.ts';
import { isOriginOf } from '#shared/domain/registration/redirect-uris.ts';
import { proofOf, registrationOf } from '#shared/domain/registration/registration.ts';
import type { Incoming } from '../request/incoming.ts';
import { isManager } from './caller.ts';
import { claimedClientId } from './claimed-client.ts';

/**
 * Whether a page of this origin belongs to the client of a request: it is the origin of one of its redirect URIs. The
 * client is the one that was recognised, or the client of the token that was presented. A refused request counts for the
 * public client that it names, so that a page can read why; nobody learns so whether a client with credentials exists.
 */
export async function isPageOfClient(
  origin: string,
  event: Incoming,
  { records }: { readonly records?: RecordReader | undefined },
): Promise<boolean> {
  const client = recognisedClient(event) ?? (records && (await readClient(event, records)));
  return client?.subject.type === 'application' && isOriginOf(origin, registrationOf(client).redirectUris);
}

function recognisedClient({ caller }: Incoming): Client | undefined {
  return caller === undefined || isManager(caller) ? undefined : caller.client;
}

async function readClient(event: Incoming, records: RecordReader): Promise<Client | undefined> {
  const look = records.open('client of a page');
  const { clientId: ofToken } = event.target;
  if (ofToken !== undefined) return look.client(ofToken);
  const claimed = claimedClientId(event);
  const client = isMadeId('cli', claimed) ? await look.client(claimed) : undefined;
  return client !== undefined && proofOf(client) === 'none' ? client : undefined;
}
