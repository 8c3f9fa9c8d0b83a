import { Buffer } from 'node:buffer';
import type { Credentials } from '#shared/domain/authentication/attempt-limits.ts';
import { DomainError } from '#shared/domain/errors.ts';
import type { ClientProof } from '#shared/domain/registration/authentication-methods.ts';
import { decodeUtf8 } from '#shared/text/utf8.ts';
import { formDecode, isFreeOfControls } from '../request/form.ts';
import type { Incoming } from '../request/incoming.ts';

/**
 * Returns the kind of proof that a request presents. A request without credentials counts as a request whose secret is
 * missing. A certificate counts only without other credentials, because a connection can have a certificate for other
 * reasons.
 */
export function clientProof({ headers, members = {}, certificate }: Incoming): ClientProof {
  if (members.client_assertion !== undefined) return 'assertion';
  const isSecretShown = headers.authorization !== undefined || members.client_secret !== undefined;
  if (isSecretShown || members.client_id === undefined) return 'secret';
  return certificate === undefined ? 'none' : 'certificate';
}

/**
 * Reads the client id and secret of a request (RFC 6749 §2.3.1): from HTTP Basic, or from `client_id` and
 * `client_secret` in the body. HTTP Basic can have two readings: form-encoded as the RFC says, and raw as many
 * clients send it (DEC5). The query never counts.
 * @throws DomainError `invalid_client` without credentials, `invalid_request` if they contradict each other
 */
export function readCredentials({ headers, members = {} }: Incoming): readonly Credentials[] {
  const { client_id: clientId, client_secret: secret, client_assertion: assertion } = members;
  const { authorization } = headers;
  const methods = [authorization, secret, assertion].filter((method) => method !== undefined);
  if (methods.length > 1) throw contradictory();

  if (authorization !== undefined) {
    const readings = readBasic(authorization);
    if (clientId !== undefined && !readings.some((reading) => reading.clientId === clientId)) throw contradictory();
    return readings;
  }
  if (typeof clientId !== 'string' || typeof secret !== 'string') throw missing();
  return [{ clientId, secret }];
}

/** Refuses client credentials beside a token (RFC 6750 §2). @throws DomainError `invalid_request` */
export function assertNoClientCredentials({ members = {} }: Incoming): void {
  if (members.client_secret !== undefined || members.client_assertion !== undefined) throw contradictory();
}

function readBasic(authorization: string): readonly Credentials[] {
  const encoded = /^basic +(?<encoded>[A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.groups?.encoded;
  if (encoded === undefined) throw missing();
  const text = decodeUtf8(Buffer.from(encoded, 'base64'));
  const colon = text?.indexOf(':') ?? -1;
  if (text === undefined || colon === -1 || !isFreeOfControls(text)) throw missing();

  const raw = { clientId: text.slice(0, colon), secret: text.slice(colon + 1) };
  const clientId = formDecode(raw.clientId);
  const secret = formDecode(raw.secret);
  // Escapes can bring characters that the text did not have: NUL ends a secret for bcrypt.
  const isAcceptable = [clientId, secret].every((part) => part !== undefined && isFreeOfControls(part));
  if (clientId === undefined || secret === undefined || !isAcceptable) return [raw];
  const isSame = clientId === raw.clientId && secret === raw.secret;
  return isSame ? [raw] : [{ clientId, secret }, raw];
}

function missing(): DomainError {
  return new DomainError('invalid_client', 'Authenticate with HTTP Basic, or client_id and client_secret in the body.');
}

/** The refusal of a request with two credentials, because they could belong to two clients (RFC 6749 §2.3). */
export function contradictory(): DomainError {
  return new DomainError('invalid_request', 'Send the credentials of one client in one way.');
}
