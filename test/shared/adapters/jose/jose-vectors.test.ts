import { createHmac, createPublicKey } from 'node:crypto';
import { createLocalJWKSet, type JWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { readCompactJws } from '#shared/adapters/jose/compact-jws.ts';
import { isSignedBy } from '#shared/adapters/jose/signed-by.ts';
import { assertionAlgorithms } from '#shared/domain/registration/authentication-methods.ts';

/** A published JWS with its public key. */
interface Vector {
  readonly jwk: JWK;
  readonly header: string;
  readonly payload: string;
  readonly signature: string;
}

const JOE = 'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ';

/** All examples of the standards with algorithms of Mintmark. The other examples use PS384, ES512 and HS256. */
const vectors = {
  'RFC 7515 A.2': {
    jwk: {
      kty: 'RSA',
      e: 'AQAB',
      n: 'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ',
    },
    header: 'eyJhbGciOiJSUzI1NiJ9',
    payload: JOE,
    signature:
      'cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw',
  },
  'RFC 7515 A.3': {
    jwk: {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    },
    header: 'eyJhbGciOiJFUzI1NiJ9',
    payload: JOE,
    signature: 'DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q',
  },
  'RFC 7520 4.1': {
    jwk: {
      kty: 'RSA',
      kid: 'bilbo.baggins@hobbiton.example',
      e: 'AQAB',
      n: 'n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw',
    },
    header: 'eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9',
    payload:
      'SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4',
    signature:
      'MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg',
  },
  'RFC 8037 A.4': {
    jwk: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
    header: 'eyJhbGciOiJFZERTQSJ9',
    payload: 'RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc',
    signature: 'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
  },
} as const satisfies Record<string, Vector>;

const compact = ({ header, payload, signature }: Vector) => `${header}.${payload}.${signature}`;

const isGenuine = (jws: string, jwk: JWK) => isSignedBy(jws, createLocalJWKSet({ keys: [jwk] }), assertionAlgorithms);

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

const decode = (part: string) => Buffer.from(part, 'base64url');

const algorithmOf = ({ header }: Vector) => (JSON.parse(decode(header).toString()) as { alg: string }).alg;

const withHeader = (vector: Vector, alg: unknown) => compact({ ...vector, header: encode({ alg }) });

const withSignature = (vector: Vector, change: (signature: Buffer) => Uint8Array) =>
  compact({ ...vector, signature: Buffer.from(change(decode(vector.signature))).toString('base64url') });

const flipped = (at: number) => (signature: Buffer) => {
  signature[at] = (signature[at] ?? 0) ^ 1;
  return signature;
};

/** Signs with HS256, and uses the public key as the shared secret. */
function macOf(vector: Vector): string {
  const pem = createPublicKey({ key: vector.jwk as Record<string, string>, format: 'jwk' });
  const input = `${encode({ alg: 'HS256' })}.${vector.payload}`;
  const secret = pem.export({ format: 'pem', type: 'spki' });
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

/** Defect → a function that adds it to a valid JWS. */
const defects: Readonly<Record<string, (vector: Vector) => string>> = {
  'the first bit of the signature': (vector) => withSignature(vector, flipped(0)),
  'the middle of the signature': (vector) => withSignature(vector, flipped(32)),
  'a signature without its last byte': (vector) => withSignature(vector, (signature) => signature.subarray(0, -1)),
  'a signature with a further byte': (vector) => withSignature(vector, (all) => Buffer.concat([all, Buffer.of(0)])),
  'a signature of zeros': (vector) => withSignature(vector, ({ length }) => Buffer.alloc(length)),
  'no signature': (vector) => compact({ ...vector, signature: '' }),
  'another payload': (vector) => compact({ ...vector, payload: encode({ iss: 'joe' }) }),
  'no payload': (vector) => compact({ ...vector, payload: '' }),
  'another header': (vector) => withHeader({ ...vector }, algorithmOf(vector)).replace('.', 'IA.'),
  'a header that is not JSON': (vector) => compact({ ...vector, header: 'AAAA' }),
  'no header': (vector) => compact({ ...vector, header: '' }),
  'two parts': ({ header, payload }) => `${header}.${payload}`,
  'four parts': (vector) => `${compact(vector)}.`,
  'five parts, like a JWE': (vector) => `${compact(vector)}.AAAA.AAAA`,
  'the JSON serialisation': ({ header, payload, signature }) =>
    JSON.stringify({ payload, protected: header, signature }),
  'alg none': (vector) => withHeader(vector, 'none'),
  'alg None, without a signature': (vector) => withHeader({ ...vector, signature: '' }, 'None'),
  'no alg': (vector) => withHeader(vector, undefined),
  'alg as a list': (vector) => withHeader(vector, [algorithmOf(vector)]),
  'alg in lower case': (vector) => withHeader(vector, algorithmOf(vector).toLowerCase()),
  'alg of another hash': (vector) => withHeader(vector, `${algorithmOf(vector).slice(0, 2)}512`),
  'alg of another kind of key': (vector) => withHeader(vector, vector.jwk.kty === 'EC' ? 'PS256' : 'ES256'),
  'HS256 with the public key as the secret': macOf,
};

const cases = Object.entries(vectors) as [string, Vector][];

describe('F10: the examples of the standards', () => {
  test.each(cases)('%s verifies', async (_name, vector) => {
    expect(readCompactJws(compact(vector))).toMatchObject({ header: { alg: algorithmOf(vector) } });
    expect(await isGenuine(compact(vector), vector.jwk)).toBe(true);
  });

  test.each(cases)('%s verifies only with its own key', async (name, vector) => {
    const others = cases.filter(([other]) => other !== name);
    const verdicts = others.map(([, { jwk }]) => isGenuine(compact(vector), jwk));
    expect(await Promise.all(verdicts)).toEqual(others.map(() => false));
  });

  test.each(cases)('%s is refused with any defect', async (_name, vector) => {
    const verdicts = Object.entries(defects).map(async ([defect, spoil]) => {
      const jws = spoil(vector);
      return [defect, readCompactJws(jws) !== undefined && (await isGenuine(jws, vector.jwk))];
    });
    expect(await Promise.all(verdicts)).toEqual(Object.keys(defects).map((defect) => [defect, false]));
  });

  test('with other algorithms than those of Mintmark are refused', async () => {
    const secret = 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow';
    const hs256 = `eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.${JOE}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk`;
    expect(await isGenuine(hs256, { kty: 'oct', k: secret })).toBe(false);
  });
});
