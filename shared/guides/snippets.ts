import type { ApiSigningAlgorithm } from '#shared/domain/records/permissions.ts';
import { jose, joseWithList, joseWithSecret } from './jose-snippets.ts';
import { importing, quoted, type Snippet, type SnippetTemplate, shellWord, type VerifierFacts } from './snippet.ts';

/** The algorithms with public keys. */
const PUBLIC: readonly ApiSigningAlgorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA'];

const ALL: readonly ApiSigningAlgorithm[] = [...PUBLIC, 'HS256'];

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
    if (header.typ !== 'at+jwt') throw new Error('The token is not an access token.');
    if (header.alg !== ${quoted(algorithm)}) throw new Error('This API uses another algorithm.');
  },
});

/** Returns the claims of an access token for this API, and rejects any other token. */
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
    """Return the claims of an access token for this API, and raise for any other token."""
    decoded = jwt.decode_complete(
        token,
        keys.get_signing_key_from_jwt(token).key,
        algorithms=[${quoted(algorithm)}],
        issuer=${quoted(issuer)},
        audience=${quoted(audience)},
        options={"require": ["exp", "iat", "iss", "aud", "sub"]},
    )
    if decoded["header"].get("typ") != "at+jwt":
        raise jwt.InvalidTokenError("The token is not an access token.")
    return decoded["payload"]
`,
};

/**
 * Lets API Gateway itself verify the tokens, which it can do only with RSA. It does not check the type of a token, so the
 * route needs a scope: an API token that is a JWT has none.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
const apiGateway: SnippetTemplate = {
  id: 'api-gateway-jwt-authorizer',
  title: 'API Gateway with the JWT authorizer of HTTP APIs (CDK)',
  language: 'typescript',
  algorithms: ['RS256'],
  needsPermission: true,
  render: ({
    issuer,
    audience,
    permission = '',
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
    authorizationScopes: [${quoted(permission)}],
  });
}
`,
};

/** Guards a route with the authorizer of the Mintmark that is deployed already. */
const lambdaAuthorizer: SnippetTemplate = {
  id: 'mintmark-authorizer',
  algorithms: ALL,
  title: "API Gateway with Mintmark's authorizer (CDK)",
  language: 'typescript',
  render: ({
    audience,
    permission,
  }) => `${importing('type { HttpApi, HttpRouteIntegration }', 'aws-cdk-lib/aws-apigatewayv2')}
${importing('{ HttpMethod }', 'aws-cdk-lib/aws-apigatewayv2')}
${importing('type { Mintmark }', '#infra/mintmark.ts')}
${importing('type { MintmarkProps }', '#infra/mintmark-props.ts')}

/** Give these rules to the Mintmark that you have: new Mintmark(stack, 'Mintmark', { protectedApis }). */
export const protectedApis: MintmarkProps['protectedApis'] = {
  api: {
    audience: ${quoted(audience)},
    mode: 'online',
    routes: { 'GET /': ${permission === undefined ? 'null' : quoted(permission)} },
  },
};

/** Adds the route GET / behind the authorizer of that Mintmark. */
export function addRouteBehindMintmark(mintmark: Mintmark, api: HttpApi, integration: HttpRouteIntegration) {
  api.addRoutes({
    path: '/',
    methods: [HttpMethod.GET],
    integration,
    authorizer: mintmark.httpAuthorizer('api'),
  });
}
`,
};

const curl: SnippetTemplate = {
  id: 'curl',
  algorithms: ALL,
  title: 'Get a token with curl',
  language: 'shell',
  render: ({ tokenEndpoint, audience }) => `curl -s ${shellWord(tokenEndpoint)} \\
  -u "$CLIENT_ID:$CLIENT_SECRET" \\
  -d grant_type=client_credentials \\
  --data-urlencode ${shellWord(`audience=${audience}`)}
`,
};

const templates = [
  jose,
  joseWithSecret,
  joseWithList,
  express,
  awsJwtVerify,
  pyJwt,
  apiGateway,
  lambdaAuthorizer,
  curl,
];

/** Renders the programs that verify or obtain tokens of an API. Programs that do not fit the API are left out. */
export function quickstartSnippets(facts: VerifierFacts): readonly Snippet[] {
  return templates
    .filter((template) => isFitting(template, facts))
    .map(({ id, title, language, render }) => ({ id, title, language, code: render(facts) }));
}

function isFitting(template: SnippetTemplate, facts: VerifierFacts): boolean {
  const { algorithms = PUBLIC, isForLists = false, needsPermission = false } = template;
  if (isForLists && facts.statusListAlgorithm === undefined) return false;
  if (needsPermission && facts.permission === undefined) return false;
  return algorithms.includes(facts.algorithm);
}
