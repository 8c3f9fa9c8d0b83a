import type { SigningAlgorithm } from './records.ts';

/** What a verifier of an API's tokens has to be told. */
export interface VerifierFacts {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly audience: string;
  readonly algorithm: SigningAlgorithm;
  readonly tokenEndpoint: string;
  /** What status lists are signed with; undefined for an API whose tokens are on none. */
  readonly statusListAlgorithm: SigningAlgorithm | undefined;
  /** One of the API's permissions, to show where to ask for it; undefined where it declares none. */
  readonly permission: string | undefined;
}

/** A program to begin with. */
export interface Snippet {
  readonly id: string;
  readonly title: string;
  readonly language: 'javascript' | 'typescript' | 'python' | 'shell';
  readonly code: string;
}

interface SnippetTemplate extends Omit<Snippet, 'code'> {
  readonly render: (facts: VerifierFacts) => string;
  /** The algorithms that this verifier takes; undefined for all of ours. */
  readonly algorithms?: readonly SigningAlgorithm[];
  /** For APIs with status lists only. */
  readonly isForLists?: true;
}

/** A line of a program, not of this one. */
const importing = (names: string, from: string) => `import ${names} from '${from}';`;

/** A call in a program, not in this one. */
const calling = (what: string, values = '') => `${what}(${values})`;

/** A string of JavaScript, TypeScript and Python, which read JSON's double quotes alike; nothing is interpolated in them. */
const quoted = (value: string) => JSON.stringify(value);

/** A word of a POSIX shell, in which single quotes mean nothing but themselves. */
const shellWord = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;

const jose: SnippetTemplate = {
  id: 'jose',
  title: 'Node with jose',
  language: 'javascript',
  render: ({ issuer, jwksUri, audience, algorithm }) => `${importing('{ createRemoteJWKSet, jwtVerify }', 'jose')}

const keys = createRemoteJWKSet(new URL(${quoted(jwksUri)}));

/** The claims of an access token for this API; rejects any other token. */
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

const joseWithList: SnippetTemplate = {
  id: 'jose-status-list',
  title: 'Node with jose, and the list of revoked tokens',
  language: 'javascript',
  isForLists: true,
  render: ({ issuer, jwksUri, audience, algorithm, statusListAlgorithm = algorithm }) =>
    `${importing('{ inflateSync }', 'node:zlib')}
${importing('{ createRemoteJWKSet, jwtVerify }', 'jose')}

const issuer = ${quoted(issuer)};
const keys = createRemoteJWKSet(new URL(${quoted(jwksUri)}));
const lists = new Map();

/** The claims of an access token for this API; rejects any other token, and one that was taken back. */
export async function verifyAccessToken(token) {
  const { payload } = await jwtVerify(token, keys, {
    issuer,
    audience: ${quoted(audience)},
    algorithms: [${quoted(algorithm)}],
    typ: 'at+jwt',
  });
  // Tokens from before the API had status lists have none.
  if (payload.status !== undefined && (await isRevoked(payload.status.status_list))) {
    throw new Error('The token was taken back.');
  }
  return payload;
}

/** Rejects where the list cannot be read: then nobody knows. */
async function isRevoked({ idx, uri }) {
  let list = lists.get(uri);
  if (list === undefined || list.exp <= ${calling('new Date')} / 1000) {
    if (lists.size >= 100) lists.clear();
    lists.set(uri, (list = await readList(uri)));
  }
  return ((list.bytes[idx >> 3] ?? 255) >> (idx & 7)) & 1;
}

/** A list that can be gone by until it expires. */
async function readList(uri) {
  const response = await ${calling('fetch', "uri, { headers: { accept: 'application/statuslist+jwt' } }")};
  if (!response.ok) throw new Error(\`The status list is not there: \${response.status}\`);
  const { payload } = await jwtVerify(await response.text(), keys, {
    issuer,
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

const express: SnippetTemplate = {
  id: 'express-oauth2-jwt-bearer',
  title: 'Express with express-oauth2-jwt-bearer',
  language: 'javascript',
  render: ({ issuer, jwksUri, audience, algorithm, permission }) => `${importing('express', 'express')}
${importing('{ auth, requiredScopes }', 'express-oauth2-jwt-bearer')}

const app = express();
app.use(
  auth({
    issuer: ${quoted(issuer)},
    jwksUri: ${quoted(jwksUri)},
    audience: ${quoted(audience)},
    tokenSigningAlg: ${quoted(algorithm)},
    strict: true,
  }),
);

app.get('/', ${permission === undefined ? '' : `requiredScopes([${quoted(permission)}]), `}(request, response) => {
  response.json(request.auth.payload);
});
app.listen(3000);
`,
};

const awsJwtVerify: SnippetTemplate = {
  id: 'aws-jwt-verify',
  title: 'Node with aws-jwt-verify',
  language: 'javascript',
  algorithms: ['RS256', 'ES256', 'EdDSA'],
  render: ({ issuer, jwksUri, audience, algorithm }) => `${importing('{ JwtVerifier }', 'aws-jwt-verify')}

const verifier = JwtVerifier.create({
  issuer: ${quoted(issuer)},
  jwksUri: ${quoted(jwksUri)},
  audience: ${quoted(audience)},
  customJwtCheck: ({ header }) => {
    if (header.typ !== 'at+jwt') throw new Error('This is no access token.');
    if (header.alg !== ${quoted(algorithm)}) throw new Error('This API takes another algorithm.');
  },
});

/** The claims of an access token for this API; rejects any other token. */
export function verifyAccessToken(token) {
  return verifier.verify(token);
}
`,
};

const pyJwt: SnippetTemplate = {
  id: 'pyjwt',
  title: 'Python with PyJWT',
  language: 'python',
  render: ({ issuer, jwksUri, audience, algorithm }) => `import jwt

keys = jwt.PyJWKClient(${quoted(jwksUri)})


def verify_access_token(token):
    """The claims of an access token for this API; raises for any other token."""
    decoded = jwt.decode_complete(
        token,
        keys.get_signing_key_from_jwt(token).key,
        algorithms=[${quoted(algorithm)}],
        issuer=${quoted(issuer)},
        audience=${quoted(audience)},
        options={"require": ["exp", "iat", "iss", "aud", "sub"]},
    )
    if decoded["header"].get("typ") != "at+jwt":
        raise jwt.InvalidTokenError("This is no access token.")
    return decoded["payload"]
`,
};

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html: RSA only. */
const apiGateway: SnippetTemplate = {
  id: 'api-gateway-jwt-authorizer',
  title: 'API Gateway with the JWT authorizer of HTTP APIs (CDK)',
  language: 'typescript',
  algorithms: ['RS256'],
  render: ({
    issuer,
    audience,
    permission,
  }) => `${importing('type { HttpApi, HttpRouteIntegration }', 'aws-cdk-lib/aws-apigatewayv2')}
${importing('{ HttpMethod }', 'aws-cdk-lib/aws-apigatewayv2')}
${importing('{ HttpJwtAuthorizer }', 'aws-cdk-lib/aws-apigatewayv2-authorizers')}

export function addGuardedRoute(api: HttpApi, path: string, integration: HttpRouteIntegration) {
  api.addRoutes({
    path,
    methods: [HttpMethod.GET],
    integration,
    authorizer: new HttpJwtAuthorizer('mintmark', ${quoted(issuer)}, {
      jwtAudience: [${quoted(audience)}],
    }),
    authorizationScopes: [${permission === undefined ? '' : quoted(permission)}],
  });
}
`,
};

const lambdaAuthorizer: SnippetTemplate = {
  id: 'mintmark-authorizer',
  title: "API Gateway with Mintmark's authorizer (CDK)",
  language: 'typescript',
  render: ({ audience, permission }) => `${importing('{ Mintmark }', '#infra/mintmark.ts')}
${importing('type { Construct }', 'constructs')}

export function createAuthorizer(scope: Construct) {
  const mintmark = new Mintmark(scope, 'Mintmark', {
    protectedApis: {
      api: {
        audience: ${quoted(audience)},
        mode: 'online',
        routes: { 'GET /': ${permission === undefined ? 'null' : quoted(permission)} },
      },
    },
  });
  return mintmark.httpAuthorizer('api');
}
`,
};

const curl: SnippetTemplate = {
  id: 'curl',
  title: 'Get a token with curl',
  language: 'shell',
  render: ({ tokenEndpoint, audience }) => `curl -s ${shellWord(tokenEndpoint)} \\
  -u "$CLIENT_ID:$CLIENT_SECRET" \\
  -d grant_type=client_credentials \\
  --data-urlencode ${shellWord(`audience=${audience}`)}
`,
};

const templates = [jose, joseWithList, express, awsJwtVerify, pyJwt, apiGateway, lambdaAuthorizer, curl];

/** Programs that verify or obtain an API's tokens; those that do not fit the API are left out. */
export function quickstartSnippets(facts: VerifierFacts): readonly Snippet[] {
  const fitting = templates.filter(
    ({ algorithms, isForLists = false }) =>
      (algorithms?.includes(facts.algorithm) ?? true) && (!isForLists || facts.statusListAlgorithm !== undefined),
  );
  return fitting.map(({ id, title, language, render }) => ({ id, title, language, code: render(facts) }));
}
