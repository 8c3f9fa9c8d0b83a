import { randomBytes } from 'node:crypto';

/** Fifteen characters and an equals sign: the request id of HTTP APIs, the extended request id of REST APIs. */
export function newShortRequestId(): string {
  return `${randomBytes(11).toString('base64url')}=`;
}
