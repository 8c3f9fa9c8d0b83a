import { calling, importing, quoted, type SnippetTemplate } from './snippet.ts';

/** Verifies tokens with the public keys of the issuer. */
export const jose: SnippetTemplate = {
  id: 'jose',
  title: 'Node with jose',
  language: 'javascript',
  render: ({ issuer, jwksUri, audience, algorithm }) => `${importing('{ createRemoteJWKSet, jwtVerify }', 'jose')}

const keys = createRemoteJWKSet(new URL(${quoted(jwksUri)}));

/** Returns the claims of an access token for this API, and rejects any other token. */
export async function verifyAccessToken(token) {
  const { payload } = await jwtVerify(token, keys, {
    issuer: ${quoted(issuer)},
    audience: ${quoted(audience)},
    algorithms: [${quoted(algorithm)}],
    typ: 'at+jwt',
  });
  return payload;
}
`,
};

/** Verifies HS256 tokens with the signing secrets of the API. */
export const joseWithSecret: SnippetTemplate = {
  id: 'jose-secret',
  title: 'Node with jose and signing secrets',
  language: 'javascript',
  algorithms: ['HS256'],
  render: ({ issuer, audience }) => `${importing('{ jwtVerify }', 'jose')}

/**
 * Returns the claims of an access token for this API, and rejects any other token. The secrets are those that Mintmark
 * showed when they were made, by their kid. They never leave this API.
 */
export async function verifyAccessToken(token, secrets) {
  const secretOf = ({ kid }) => {
    if (!Object.hasOwn(secrets, kid)) throw new Error('The token is signed with an unknown secret.');
    return Buffer.from(secrets[kid], 'base64url');
  };
  const { payload } = await jwtVerify(token, secretOf, {
    issuer: ${quoted(issuer)},
    audience: ${quoted(audience)},
    algorithms: ['HS256'],
    typ: 'at+jwt',
  });
  return payload;
}
`,
};

/** Verifies tokens with the public keys of the issuer, and refuses revoked tokens by their status list. */
export const joseWithList: SnippetTemplate = {
  id: 'jose-status-list',
  title: 'Node with jose, and the list of revoked tokens',
  language: 'javascript',
  isForLists: true,
  render: ({ issuer, jwksUri, audience, algorithm, statusListAlgorithm = algorithm }) =>
    `${importing('{ inflateSync }', 'node:zlib')}
${importing('{ createRemoteJWKSet, jwtVerify }', 'jose')}

const keys = createRemoteJWKSet(new URL(${quoted(jwksUri)}));

const lists = new Map();

/** Returns the claims of an access token for this API, and rejects any other token and revoked tokens. */
export async function verifyAccessToken(token) {
  const { payload } = await jwtVerify(token, keys, {
    issuer: ${quoted(issuer)},
    audience: ${quoted(audience)},
    algorithms: [${quoted(algorithm)}],
    typ: 'at+jwt',
  });
  // Tokens that are older than the status lists of the API have no status.
  if (payload.status !== undefined && (await isRevoked(payload.status.status_list))) {
    throw new Error('The token is revoked.');
  }
  return payload;
}

/** Says whether a token is revoked, and rejects if the list cannot be read: then it is not known. */
async function isRevoked({ idx, uri }) {
  let list = lists.get(uri);
  if (list === undefined || list.exp <= ${calling('new Date')} / 1000) {
    if (lists.size >= 100) lists.clear();
    lists.set(uri, (list = await readList(uri)));
  }
  return ((list.bytes[idx >> 3] ?? 255) >> (idx & 7)) & 1;
}

/** Reads a list, which is valid until it expires. */
async function readList(uri) {
  const response = await ${calling('fetch', "uri, { headers: { accept: 'application/statuslist+jwt' } }")};
  if (!response.ok) throw new Error(\`The status list could not be read: \${response.status}\`);
  const { payload } = await jwtVerify(await response.text(), keys, {
    subject: uri,
    algorithms: [${quoted(statusListAlgorithm)}],
    typ: 'statuslist+jwt',
    requiredClaims: ['exp'],
  });
  const { bits, lst } = payload.status_list;
  if (bits !== 1) throw new Error('The status list has an unknown form.');
  return { exp: payload.exp, bytes: inflateSync(Buffer.from(lst, 'base64url'), { maxOutputLength: 65_536 }) };
}
`,
};
