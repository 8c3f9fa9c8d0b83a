import type { IdentityScope } from '../people-records/authorization-request.ts';
import type { LoginMethod } from '../people-records/session.ts';
import type { User } from '../records/principals.ts';

/** Claims about a person (OpenID Connect Core §5.1). */
export interface PersonClaims {
  readonly sub: string;
  readonly name?: string;
  readonly email?: string;
  readonly email_verified?: boolean;
}

/** The claims of an ID token (OpenID Connect Core §2). */
export interface IdTokenClaims extends PersonClaims {
  readonly iss: string;
  readonly aud: string;
  readonly exp: number;
  readonly iat: number;
  readonly auth_time?: number;
  readonly amr: readonly LoginMethod[];
  readonly sid?: string;
  readonly nonce?: string;
  readonly tenant_id?: string;
}

/** Returns the claims about a person that these scopes name (OpenID Connect Core §5.4). */
export function claimsAbout(
  { id: sub, name, email, isEmailVerified }: User,
  scopes: readonly IdentityScope[],
): PersonClaims {
  return {
    sub,
    ...(scopes.includes('profile') && name !== undefined && { name }),
    ...(scopes.includes('email') && { email, email_verified: isEmailVerified === true }),
  };
}
