import { CompactEncrypt, importJWK } from 'jose';
import type { IntrospectionEncrypter } from '#shared/domain/checks/sign-introspection.ts';

/**
 * Encrypts signed answers with jose. The header names the registered key, and says that the content is a JWT (RFC 7519
 * §5.2). The content is not compressed, so that its length tells nothing but the length of the answer.
 */
export function joseIntrospectionEncrypter(): IntrospectionEncrypter {
  return {
    encrypt: async (jwt, { algorithm, content, jwk }) => {
      const { kid } = jwk;
      const header = { alg: algorithm, enc: content, cty: 'JWT', ...(kid !== undefined && { kid }) };
      const key = await importJWK({ ...jwk }, algorithm);
      return new CompactEncrypt(new TextEncoder().encode(jwt)).setProtectedHeader(header).encrypt(key);
    },
  };
}
