import { inflateSync } from 'node:zlib';
import { decodeJwt } from 'jose';
import type { TokenStatus } from '#shared/domain/tokens/claims.ts';
import type { Deployment, Reply } from '../world/deployment.ts';

/** The list and the place in it that a token names for its status. */
export function statusOf(token: string): TokenStatus['status_list'] {
  const { status } = decodeJwt<{ status: TokenStatus }>(token);
  return status.status_list;
}

/** Reads a list by the address that tokens name. */
export function readList(world: Deployment, uri: string): Promise<Reply> {
  return world.send('GET', uri.slice(world.url.length));
}

/** The bits of a list that are set. */
export function bitsSet(jwt: string): readonly number[] {
  const { status_list } = decodeJwt<{ status_list: { lst: string } }>(jwt);
  const bytes = [...inflateSync(Buffer.from(status_list.lst, 'base64url'))];
  return bytes.flatMap((byte, at) =>
    Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1).flatMap((set, bit) => (set === 1 ? [8 * at + bit] : [])),
  );
}
