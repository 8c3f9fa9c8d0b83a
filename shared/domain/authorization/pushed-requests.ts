import type { Clock, Digests, Random } from '../ambient.ts';
import type { AuthenticatedClient } from '../authentication/authenticate-client.ts';
import { redeemProof } from '../authentication/dpop.ts';
import type { ProofMemory, ProofOfPossession } from '../authentication/ports.ts';
import { toBase62 } from '../base62.ts';
import { DomainError, type ErrorCode } from '../errors.ts';
import { invalidProof } from '../grants/bind-token.ts';
import type { AuthorizationRequest } from '../people-records/authorization-request.ts';
import {
  PUSHED_REQUEST_LIFETIME_SECONDS,
  type PushedRequest,
  pushedRequestKey,
} from '../people-records/pushed-request.ts';
import type { ShortLivedWriter } from '../records/change-record.ts';
import type { Look } from '../records/look.ts';
import { type ReadRequest, type RequestParameters, readRequest, type SoundRequest, single } from './read-request.ts';
import { AuthorizationError } from './refusals.ts';
import { soundAgain } from './sound-again.ts';

/** The beginning of each `request_uri` (RFC 9126 §2.2). */
const PREFIX = 'urn:ietf:params:oauth:request_uri:';

const ENTROPY_BYTES = 32;

/** 43 characters hold 256 random bits. */
const ENTROPY_CHARACTERS = 43;

interface Ports {
  readonly pushedRequests: ShortLivedWriter<'pushedRequest'>;
  readonly digests: Digests;
  readonly clock: Clock;
}

/** A client that has authenticated, and the key that it has proven to hold. */
interface PushingClient extends AuthenticatedClient {
  readonly proof?: ProofOfPossession | undefined;
}

/** What an application gets for a pushed request. */
export interface RequestReference {
  readonly requestUri: string;
  readonly lifetimeSeconds: number;
}

/**
 * Keeps an authorization request of a client that has authenticated (RFC 9126 §2.1), after the same checks as at the
 * authorization endpoint. Only a digest of the `request_uri` is stored. A proof binds the request to its key.
 * @throws DomainError with the code of the refusal, `invalid_request`, or `invalid_dpop_proof`
 */
export async function pushRequest(
  { client, look, proof }: PushingClient,
  parameters: RequestParameters,
  ports: Ports & {
    readonly random: Random;
    readonly defaultAudience: string | undefined;
    readonly proofMemory: ProofMemory;
  },
): Promise<RequestReference> {
  const { clock, digests, random } = ports;
  const nowSeconds = clock.nowSeconds();
  const terms = { ...ports, nowSeconds, isPushed: true };
  const { request: read } = await readPushed({ ...parameters, client_id: client.id }, look, terms);
  const request = proof === undefined ? read : await bindToKey(read, proof, ports);
  const requestUri = PREFIX + toBase62(random.bytes(ENTROPY_BYTES), ENTROPY_CHARACTERS);
  const expiresAtSeconds = nowSeconds + PUSHED_REQUEST_LIFETIME_SECONDS;
  const pushed: PushedRequest = { request, isUsed: false, expiresAtSeconds, version: 1 };
  const isNew = await ports.pushedRequests.write(pushedRequestKey(digests.digest(requestUri)), pushed);
  if (!isNew) throw new Error('The new request_uri exists already.');
  return { requestUri, lifetimeSeconds: PUSHED_REQUEST_LIFETIME_SECONDS };
}

/**
 * Binds a request to the key of a proof, as `dpop_jkt` does (RFC 9449 §10.1): only this key redeems the code.
 * @throws DomainError `invalid_request` if `dpop_jkt` names another key; `invalid_dpop_proof` for a proof that was used
 */
async function bindToKey(
  request: AuthorizationRequest,
  proof: ProofOfPossession,
  ports: { readonly proofMemory: ProofMemory; readonly clock: Clock },
): Promise<AuthorizationRequest> {
  const { keyThumbprint = proof.thumbprint } = request;
  if (keyThumbprint !== proof.thumbprint) {
    throw new DomainError('invalid_request', 'dpop_jkt names another key than the DPoP proof.', { field: 'dpop_jkt' });
  }
  if (!(await redeemProof(proof, ports))) throw invalidProof();
  return { ...request, keyThumbprint };
}

async function readPushed(...request: Parameters<typeof readRequest>): Promise<SoundRequest> {
  const read = await readRequest(...request).catch((error: unknown) => {
    if (!(error instanceof AuthorizationError)) throw error;
    throw new DomainError(codeOf(error), error.message);
  });
  if (read.is === 'sound') return read.sound;
  throw new DomainError('invalid_request', 'Send a redirect_uri that the application is registered with.', {
    field: 'redirect_uri',
  });
}

/** The code of a refusal at this endpoint, which has fewer codes than the authorization endpoint (RFC 9126 §2.3). */
function codeOf({ code }: AuthorizationError): ErrorCode {
  const isCommon = code === 'unauthorized_client' || code === 'invalid_scope' || code === 'invalid_target';
  return isCommon ? code : 'invalid_request';
}

/** A request at the authorization endpoint, and the pushed request that it names. */
export type RequestAtEndpoint = ReadRequest & { readonly pushed?: NamedPush | undefined };

/** A pushed request, with the key of its record. */
interface NamedPush {
  readonly key: ReturnType<typeof pushedRequestKey>;
  readonly record: PushedRequest;
}

/**
 * Reads a request at the authorization endpoint: a pushed one by its `request_uri`, whose other parameters count for
 * nothing (RFC 9101 §6.3), or the parameters themselves. A `request_uri` works only for the application that pushed it.
 * @throws AuthorizationError as `readRequest` does
 */
export async function readAtEndpoint(
  parameters: RequestParameters,
  look: Look,
  ports: Pick<Ports, 'digests'> & Parameters<typeof readRequest>[2],
): Promise<RequestAtEndpoint> {
  const requestUri = single(parameters, 'request_uri');
  if (requestUri?.startsWith(PREFIX) !== true) return readRequest(parameters, look, ports);
  const key = pushedRequestKey(ports.digests.digest(requestUri));
  const record = await look.findShortLived(key);
  const isGood = record !== undefined && !record.isUsed && record.expiresAtSeconds > ports.nowSeconds;
  const isOwn = record?.request.clientId === single(parameters, 'client_id');
  const sound = isGood && isOwn ? await soundAgain(record.request, look, ports.nowSeconds) : undefined;
  if (record === undefined || sound === undefined) {
    return { is: 'problem', problem: { is: 'unknownPushedRequest', application: undefined } };
  }
  return { is: 'sound', sound, pushed: { key, record } };
}

/** Uses a pushed request up by one conditional write. Resolves with false if another request was faster. */
export async function spendPushedRequest(
  pushed: NamedPush | undefined,
  { pushedRequests }: Pick<Ports, 'pushedRequests'>,
): Promise<boolean> {
  if (pushed === undefined) return true;
  const { key, record } = pushed;
  return pushedRequests.write(key, { ...record, isUsed: true, version: record.version + 1 });
}
