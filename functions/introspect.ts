import { joseIntrospectionEncrypter } from '#shared/adapters/jose/introspection-encrypter.ts';
import { kmsIntrospectionSigner } from '#shared/adapters/kms/signer.ts';
import { kmsSecretTokens } from '#shared/adapters/kms/signing-secrets.ts';
import { kmsVerifier } from '#shared/adapters/kms/verifier.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { clientAuthentication } from '#shared/adapters/sets/client-authentication.ts';
import { possession } from '#shared/adapters/sets/possession.ts';
import { introspect } from '#shared/api/oauth/oauth.ts';
import { introspectToken } from '#shared/domain/checks/introspect-token.ts';
import { assertMayHavePlainAnswer, signIntrospection } from '#shared/domain/checks/sign-introspection.ts';
import { lambda } from '#shared/http/lambda.ts';
import { ok } from '#shared/http/reply/replies.ts';

const adapters = {
  ...ambient,
  ...clientAuthentication,
  verifier: kmsVerifier,
  secretTokens: kmsSecretTokens,
  introspectionSigner: kmsIntrospectionSigner,
  introspectionEncrypter: joseIntrospectionEncrypter,
  ...possession,
};

/**
 * Tells an API whether a token is active (RFC 7662). The answer is signed, and encrypted, if the API wants that (RFC
 * 9701).
 */
export const handler = lambda(introspect, adapters, {
  introspect: async ({ caller, body, isSignedWanted }, ports) => {
    if (!isSignedWanted) assertMayHavePlainAnswer(caller);
    const answer = await introspectToken(caller, body.token, ports);
    const target = answer.active ? { tokenId: answer.jti } : {};
    if (!isSignedWanted) return ok(answer, target);
    return ok({ jwt: await signIntrospection(caller, answer, ports) }, target);
  },
});
