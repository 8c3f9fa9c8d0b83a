import type { Clock } from '../ambient.ts';
import { DomainError } from '../errors.ts';
import type { Look, RecordReader } from '../records/look.ts';
import type { Api } from '../records/permissions.ts';
import { expectSettings, settingsIn } from '../records/settings.ts';
import { isWithinLifetime } from './access-token.ts';
import { type AccessTokenClaims, type DecidingClaims, decidingClaims } from './claims.ts';
import { liveTokenOf } from './live-token.ts';
import type { StatusEntries, StatusListMemory, StatusPlaces } from './ports.ts';
import { LIST_LENGTH, mayHaveActiveTokens, placeOf, tokenStatus } from './status-places.ts';

/** How many tokens are judged by their own looks at the same time. */
const APART_AT_ONCE = 16;

/** The state of the tokens on a list at one moment. */
export interface StatusList {
  /** One bit for each token, from the lowest bit of the first byte on. The bit is 1 for a token that is not active. */
  readonly statuses: Uint8Array;
  /** The moment of the state, in Unix time, before the first record was read. */
  readonly asOfSeconds: number;
  /** How long verifiers may use the list, counted from that moment. */
  readonly ttlSeconds: number;
}

interface ReadPorts {
  readonly statusEntries: StatusEntries;
  readonly records: RecordReader;
  readonly clock: Clock;
}

/**
 * Gives a token a place on a status list if its API has status lists. The place is stored before the token is signed.
 */
export async function placeOnStatusList(
  claims: AccessTokenClaims,
  api: Api,
  { issuer, statusPlaces }: { readonly issuer: string; readonly statusPlaces: StatusPlaces },
): Promise<AccessTokenClaims> {
  if (!api.statusList) return claims;
  const place = await statusPlaces.assign(decidingClaims(claims));
  return { ...claims, status: tokenStatus(place, issuer) };
}

/**
 * Makes a status list. Its bits agree with what introspection would answer at this moment. Undefined for a list that
 * has no tokens, or whose tokens have all expired.
 */
export async function readStatusList(list: number, ports: ReadPorts): Promise<StatusList | undefined> {
  const asOfSeconds = ports.clock.nowSeconds();
  if (!mayHaveActiveTokens(list, asOfSeconds)) return undefined;
  const entries = await ports.statusEntries.read(list);
  if (entries === undefined) return undefined;
  const look = ports.records.open('a status list');
  expectSettings(look);
  const living = entries.filter(({ claims }) => isWithinLifetime(claims, asOfSeconds));
  const active = await judgeTogether(living, look, ports).catch((error: unknown) => {
    if (isUnavailable(error)) throw error;
    return judgeApart(living, ports);
  });
  const inactive = living.filter((_, number) => active[number] !== true);
  const { statusLists } = await settingsIn(look);
  return { statuses: withBits(inactive.map(({ index }) => index)), asOfSeconds, ttlSeconds: statusLists.ttlSeconds };
}

/** A taken place of a list, with the claims that decide about its token. */
interface Entry {
  readonly index: number;
  readonly claims: DecidingClaims;
}

/** Tells for each token whether it is active. All tokens share one look, so each record is read once. */
function judgeTogether(entries: readonly Entry[], look: Look, ports: ReadPorts): Promise<readonly boolean[]> {
  return Promise.all(entries.map(async ({ claims }) => (await liveTokenOf(claims, look, ports)) !== undefined));
}

/**
 * Judges each token by a look of its own, because a record of one token cannot be understood. This token counts as not
 * active, and the other tokens of the list are not affected. Introspection reports the error of this token.
 */
async function judgeApart(entries: readonly Entry[], ports: ReadPorts): Promise<readonly boolean[]> {
  const active: boolean[] = [];
  for (let start = 0; start < entries.length; start += APART_AT_ONCE) {
    const judging = entries.slice(start, start + APART_AT_ONCE).map((entry) => isActiveByItself(entry, ports));
    active.push(...(await Promise.all(judging)));
  }
  return active;
}

async function isActiveByItself({ claims }: Entry, ports: ReadPorts): Promise<boolean> {
  const look = ports.records.open(`a status list for ${claims.client_id}`);
  return liveTokenOf(claims, look, ports).then(
    (live) => live !== undefined,
    (error: unknown) => {
      if (isUnavailable(error)) throw error;
      return false;
    },
  );
}

/** Whether DynamoDB did not answer. That says nothing about a token, so there is no list then (H11). */
function isUnavailable(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'temporarily_unavailable';
}

/**
 * Whether the status list of a token says that it is not active. The list can be `ttl` seconds old. False for a token
 * without a list; true for a token whose list does not exist. Rejects if the list cannot be made.
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

/** The bytes of a list in which the bits with these indexes are 1. */
function withBits(indexes: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(LIST_LENGTH / 8);
  for (const index of indexes) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  return bytes;
}

function isSet(bytes: Uint8Array, index: number): boolean {
  return (((bytes[index >> 3] ?? 0xff) >> (index & 7)) & 1) === 1;
}
