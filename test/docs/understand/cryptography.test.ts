import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SCHEMES } from '#shared/adapters/kms/signature-schemes.ts';
import { dpopAlgorithms } from '#shared/domain/authentication/dpop.ts';
import { trustAlgorithms } from '#shared/domain/records/registration.ts';
import { assertionAlgorithms } from '#shared/domain/registration/authentication-methods.ts';
import { markedPart, renderTable } from '#test/support/documents/markdown.ts';

const root = new URL('../../..', import.meta.url);

const document = readFileSync(new URL('docs/understand/cryptography.md', root), 'utf8');

/** What of cryptography the product can do, and how each is spelt in its sources. */
const primitives: Readonly<Record<string, RegExp>> = {
  'SHA-256': /\bcreateHash\('sha256'\)|\bhash\('sha256',/,
  'HMAC-SHA-256': /\bcreateHmac\('sha256',/,
  bcrypt: /\bbcrypt\.(?:hash|compare)\(/,
  'random bytes': /\brandomBytes\(|\bgenerateKeySync\('hmac',|\brandomUUID\(/,
  'comparison in constant time': /\btimingSafeEqual\(/,
  'new key pair': /\bgenerateKeyPair\b/,
  'signature by a key in KMS': /\bnew SignCommand\(/,
  'signature by a key in the process': /\bsign\b[^;]*\} from 'node:crypto'|\bnew CompactSign\(/,
  'verification of a signature': /\bverify\b[^;]*\} from 'node:crypto'|\bcompactVerify\(|\bjwtVerify\(/,
  'wrapping and unwrapping by KMS': /\bnew (?:GenerateDataKey\w*|Encrypt|Decrypt)Command\(/,
  'key made in KMS': /\bnew CreateKeyCommand\(|\bnew Key\(/,
  'certificate read': /\bnew X509Certificate\(/,
};

/** Names that are of cryptography but compute nothing: keys and encodings. */
const HARMLESS = [
  'KeyObject',
  'webcrypto',
  'CryptoKey',
  'constants',
  'createPublicKey',
  'createPrivateKey',
  'createSecretKey',
  'base64url',
  'calculateJwkThumbprint',
  'exportJWK',
];

const sources = ['shared', 'functions', 'infra'].flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.startsWith('local/'))
    .map((path) => ({ path: `${folder}/${path}`, text: readFileSync(new URL(`${folder}/${path}`, root), 'utf8') })),
);

describe('V10: docs/understand/cryptography.md', () => {
  test('lists all cryptography, and where it is', () => {
    const rows = Object.entries(primitives).map(([name, spelling]) => {
      const files = sources.filter(({ text }) => spelling.test(text)).map(({ path }) => `\`${path}\``);
      return [name, files.toSorted().join(', ')];
    });
    expect(markedPart(document, 'inventory')).toBe(renderTable(['what', 'where'], rows));
  });

  test('leaves out no function of cryptography that any source imports', () => {
    const imports = sources.flatMap(({ text }) =>
      [...text.matchAll(/import (?:type )?\{([^}]*)\} from '(?:node:crypto|bcryptjs)'/g)].flatMap(([, names = '']) =>
        names.split(',').map((name) => name.replace(/\btype\b/, '').trim()),
      ),
    );
    const known = [...Object.values(primitives)].map(String).join(' ');
    expect(imports.length).toBeGreaterThan(10);
    expect(imports.filter((name) => !HARMLESS.includes(name) && !known.includes(name))).toEqual([]);
  });

  test('names the algorithms of signatures, and no others', () => {
    const ours = Object.entries(SCHEMES).map(([name, { keySpec, hash }]) => [name, keySpec, hash ?? 'its own']);
    const rows = [
      ...ours.map(([name, key, hash]) => ['Mintmark signs', name, key, hash]),
      ...[
        ['clients sign assertions', assertionAlgorithms] as const,
        ['clients sign DPoP proofs', dpopAlgorithms] as const,
        ['trusted issuers sign tokens', trustAlgorithms] as const,
      ].map(([who, algorithms]) => [who, algorithms.join(', '), 'the signer’s own', 'the algorithm’s own']),
    ];
    const cells = rows.map((row) => row.map((cell) => cell ?? ''));
    expect(markedPart(document, 'algorithms')).toBe(renderTable(['who', 'algorithm', 'key', 'hash'], cells));
  });
});
