import type { Clock } from '../ambient.ts';
import type { RecordReader } from '../records/look.ts';
import type { Api } from '../records/permissions.ts';
import { expectSettings, settingsIn } from '../records/settings.ts';
import { isWithinLifetime } from './access-token.ts';
import type { AccessTokenClaims } from './claims.ts';
import { judge } from './live-token.ts';
import type { StatusEntries, StatusListMemory, StatusPlaces } from './ports.ts';
import { LIST_LENGTH, mayHoldLivingTokens, placeOf, tokenStatus } from './status-places.ts';

/** Which tokens of a list were taken back, as of a moment. */
export interface StatusList {
  /** One bit for each token, from the lowest bit of the first byte on; set for tokens that are worth nothing any more. */
  readonly statuses: Uint8Array;
  /** A moment before the first record was read. */
  readonly asOfSeconds: number;
  /** For how long from that moment on anybody may go by it. */
  readonly ttlSeconds: number;
}

/** Gives a token a place on a list, where its API wants that: it is written down before the token exists. */
export async function placeOnStatusList(
  claims: AccessTokenClaims,
  api: Api,
  { issuer, statusPlaces }: { readonly issuer: string; readonly statusPlaces: StatusPlaces },
): Promise<AccessTokenClaims> {
  if (!api.statusList) return claims;
  const { roles: _roles, permissions: _permissions, metadata: _metadata, ...deciding } = claims;
  const place = await statusPlaces.assign(deciding);
  return { ...claims, status: tokenStatus(place, issuer) };
}

interface ReadPorts {
  readonly statusEntries: StatusEntries;
  readonly records: RecordReader;
  readonly clock: Clock;
}

/**
 * Makes a list: it says of each token on it what introspection would say at this moment. Undefined for a list that there
 * is not, or not any more.
 */
export async function readStatusList(list: number, ports: ReadPorts): Promise<StatusList | undefined> {
  const asOfSeconds = ports.clock.nowSeconds();
  if (!mayHoldLivingTokens(list, asOfSeconds)) return undefined;
  const entries = await ports.statusEntries.read(list);
  if (entries === undefined) return undefined;
  const look = ports.records.open('a status list');
  expectSettings(look);
  const living = entries.filter(({ claims }) => isWithinLifetime(claims, asOfSeconds));
  const judged = living.map(async ({ index, claims }) => ({ index, worth: await judge(claims, look, ports) }));
  const worthless = (await Promise.all(judged)).filter(({ worth }) => worth === undefined);
  const { statusLists } = await settingsIn(look);
  return { statuses: bits(worthless.map(({ index }) => index)), asOfSeconds, ttlSeconds: statusLists.ttlSeconds };
}

function bits(set: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(LIST_LENGTH / 8);
  for (const index of set) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  return bytes;
}

/**
 * Whether a token was taken back, by its list as it was a `ttl` ago at most. A token without a list was not; one whose
 * list is not there counts as taken back. Rejects where the list cannot be made.
 */
export async function isRevokedByList(
  { status }: Pick<AccessTokenClaims, 'status'>,
  ports: ReadPorts & { readonly issuer: string; readonly statusLists: StatusListMemory<StatusList> },
): Promise<boolean> {
  if (status === undefined) return false;
  const place = placeOf(status, ports.issuer);
  if (place === undefined) return true;
  const now = ports.clock.nowSeconds();
  const isFresh = ({ asOfSeconds, ttlSeconds }: StatusList) => now < asOfSeconds + ttlSeconds;
  const list = await ports.statusLists.recall(place.list, isFresh, () => readStatusList(place.list, ports));
  return list === undefined || isSet(list.statuses, place.index);
}

function isSet(bytes: Uint8Array, index: number): boolean {
  return (((bytes[index >> 3] ?? 0xff) >> (index & 7)) & 1) === 1;
}
