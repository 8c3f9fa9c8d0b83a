import { randomBytes } from 'node:crypto';

/** Makes an id of fifteen characters and an equals sign: the request id of HTTP APIs, the extended id of REST APIs. */
export function newShortRequestId(): string {
  return `${randomBytes(11).toString('base64url')}=`;
}
