import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { cryptoTrustedKeys } from '#shared/adapters/node/trusted-keys.ts';
import { DomainError } from '#shared/domain/errors.ts';
import { newRegistration } from '#shared/domain/registration/change-registration.ts';

const jwkOn = (namedCurve: string) =>
  generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' }) as Record<string, string>;

describe.each(['private_key_jwt', 'self_signed_tls_client_auth'] as const)('an application with %s', (method) => {
  const register = (...jwks: readonly Record<string, string>[]) =>
    newRegistration(
      { tokenEndpointAuthMethod: method, jwks },
      { trustedKeys: cryptoTrustedKeys(), verifier: { algorithms: [] } },
    );

  test('D21: is registered with a key on P-256', () => {
    const jwk = jwkOn('P-256');
    expect(register(jwk)).toMatchObject({ tokenEndpointAuthMethod: method, jwks: [jwk] });
  });

  test('D21: is not registered with a key on P-384, which only other issuers may have', () => {
    const message = 'Mintmark accepts public keys of RSA with 2048 to 4096 bits, P-256 and Ed25519.';
    const refusal = new DomainError('invalid_request', message, { field: 'jwks' });
    expect(() => register(jwkOn('P-384'))).toThrow(refusal);
    expect(() => register(jwkOn('P-256'), jwkOn('P-384'))).toThrow(refusal);
  });
});
