import type { Digests, Random } from '../ambient.ts';
import { writeAuthorizationCode } from '../grants/authorization-code.ts';
import { newId } from '../ids.ts';
import type { Pepper } from '../keys/ports.ts';
import {
  type AuthorizationCode,
  authorizationCodeKey,
  CODE_LIFETIME_SECONDS,
  type UserGrant,
} from '../people-records/authorization-code.ts';
import type { AuthorizationRequest } from '../people-records/authorization-request.ts';
import type { ShortLivedWriter } from '../records/change-record.ts';

const ENTROPY_BYTES = 32;

interface Ports {
  readonly codes: ShortLivedWriter<'code'>;
  readonly pepper: Pepper;
  readonly digests: Digests;
  readonly random: Random;
}

/** Issues the code that answers an authorization request. Only its digest is stored. */
export async function issueCode(
  { clientId, redirectUri, nonce, codeChallenge, keyThumbprint }: AuthorizationRequest,
  grant: UserGrant,
  { codes, pepper, digests, random }: Ports,
): Promise<string> {
  const id = newId('cod', random);
  const { value, body } = await writeAuthorizationCode(id, random.bytes(ENTROPY_BYTES), pepper);
  const code: AuthorizationCode = {
    id,
    digest: digests.digest(body),
    clientId,
    redirectUri,
    nonce,
    codeChallenge,
    keyThumbprint,
    grant,
    isRedeemed: false,
    expiresAtSeconds: grant.grantedAtSeconds + CODE_LIFETIME_SECONDS,
    version: 1,
  };
  if (!(await codes.write(authorizationCodeKey(id), code))) throw new Error('The new code exists already.');
  return value;
}
