import { describe, expect, test } from 'vitest';
import { accessTokenClaims, claimsByType } from '#shared/adapters/jose/claims.ts';
import { ACCESS_TOKEN_TYPE, LONG_LIVED_TOKEN_TYPE } from '#shared/domain/tokens/access-token.ts';
import type { AccessTokenClaims } from '#shared/domain/tokens/claims.ts';

/** Every claim that there is: a new claim without a value here does not compile. */
const claims: Required<AccessTokenClaims> = {
  iss: 'https://auth.example.com',
  sub: 'usr_ada',
  aud: 'https://api.example.com/reports',
  iat: 1_800_000_000,
  nbf: 1_800_000_000,
  jti: 'tok_1',
  client_id: 'cli_1',
  tenant_id: 'ten_acme',
  exp: 1_800_003_600,
  scope: 'read:reports',
  roles: ['analyst'],
  permissions: ['read:reports'],
  cnf: { jkt: 'thumbprint', 'x5t#S256': 'thumbprint' },
  status: { status_list: { idx: 7, uri: 'https://auth.example.com/status-lists/1' } },
  depends_on: ['cli_2', 'tok_0'],
  act: {
    sub: 'svc_1',
    client_id: 'cli_2',
    act: { sub: 'cli_3', client_id: 'cli_3', act: { sub: 'a', client_id: 'b' } },
  },
  may_act: { sub: 'svc_1', iss: 'https://auth.example.com' },
  subject_client_id: 'cli_3',
  auth_time: 1_799_999_000,
  sid: 'ses_1',
  granted_at: 1_799_999_500,
  metadata: { plan: { name: 'gold', seats: [1, 2] } },
};

const { iss, sub, aud, iat, nbf, jti, client_id, tenant_id, exp } = claims;

const longLived = { iss, sub, aud, iat, nbf, jti, client_id, tenant_id, exp };

describe('the claims of an access token', () => {
  test('are read back with every claim that can be written', () => {
    expect(accessTokenClaims.safeParse(claims).data).toEqual(claims);
  });

  test('lose a claim that this version does not know', () => {
    expect(accessTokenClaims.safeParse({ ...claims, claim_of_a_later_version: true }).data).toEqual(claims);
  });

  test.each([
    ['a member that nobody checks', { jkt: 'thumbprint', kid: 'key' }],
    ['no member', {}],
  ])('are refused with a confirmation that has %s', (_case, cnf) => {
    expect(accessTokenClaims.safeParse({ ...claims, cnf }).success).toBe(false);
  });
});

describe('the claims of a long-lived token', () => {
  test('are read back with every claim that can be written', () => {
    expect(claimsByType.get(LONG_LIVED_TOKEN_TYPE)?.safeParse(longLived).data).toEqual(longLived);
  });

  test('are refused with any claim of an access token', () => {
    expect(claimsByType.get(LONG_LIVED_TOKEN_TYPE)?.safeParse(claims).success).toBe(false);
  });

  test('are no claims of an access token', () => {
    expect(claimsByType.get(ACCESS_TOKEN_TYPE)?.safeParse(longLived).success).toBe(false);
  });
});
