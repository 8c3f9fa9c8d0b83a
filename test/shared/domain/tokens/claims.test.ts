import { expect, test } from 'vitest';
import { type AccessTokenClaims, decidingClaims } from '#shared/domain/tokens/claims.ts';

test('the claims that decide whether a token is active leave out the claims that only inform its API', () => {
  const deciding = {
    iss: 'https://auth.example.com',
    sub: 'cli_1',
    aud: 'https://api.example.com/reports',
    iat: 1_800_000_000,
    nbf: 1_800_000_000,
    exp: 1_800_003_600,
    jti: 'tok_1',
    client_id: 'cli_1',
    tenant_id: 'ten_acme',
    scope: 'read:reports',
    cnf: { jkt: 'thumbprint' },
    depends_on: ['tok_0'],
  };
  const claims: AccessTokenClaims = {
    ...deciding,
    roles: ['analyst'],
    permissions: ['read:reports'],
    metadata: { plan: 'gold' },
    status: { status_list: { idx: 7, uri: 'https://auth.example.com/status-lists/1' } },
  };
  expect(decidingClaims(claims)).toStrictEqual(deciding);
});
