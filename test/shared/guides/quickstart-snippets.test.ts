import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { VerifierFacts } from '#shared/guides/snippet.ts';
import { quickstartSnippets } from '#shared/guides/snippets.ts';
import { stringsSaid } from '#test/support/documents/evaluated-snippet.ts';
import { isInstalled } from '#test/support/documents/installed.ts';

const facts: VerifierFacts = {
  issuer: 'https://auth.example.com',
  jwksUri: 'https://auth.example.com/.well-known/jwks.json',
  audience: 'https://api.example.com/reports',
  algorithm: 'RS256',
  tokenEndpoint: 'https://auth.example.com/oauth/token',
  statusListAlgorithm: 'RS256',
  permission: 'read:reports',
};

const HOSTILE = [
  `urn:it's`,
  'urn:"); process.exit(1); ("',
  `urn:\${process.exit(1)}\`\${process.exit(1)}\``,
  'urn:$(exit 1)`exit 1`!!',
  "urn:'; exit 1; '",
  'urn:\\',
  'urn:\\"\\\'',
  'urn:line\nbreak\u2028and\u2029others',
  'urn:*/ }); throw new Error() /*',
  'urn:"""; exit(1); """',
  'urn:{audience}%s%(audience)s',
];

const codeOf = (id: string, changes: Partial<VerifierFacts> = {}) => {
  const found = quickstartSnippets({ ...facts, ...changes }).find((snippet) => snippet.id === id);
  if (found === undefined) throw new Error(`There is no snippet ${id}.`);
  return found.code;
};

/** The facts that each program must name, by the ids of the programs. */
const factsNamed: Readonly<Record<string, readonly (keyof VerifierFacts)[]>> = {
  jose: ['issuer', 'jwksUri', 'audience', 'algorithm'],
  'jose-status-list': ['issuer', 'jwksUri', 'audience', 'algorithm'],
  'express-oauth2-jwt-bearer': ['issuer', 'jwksUri', 'audience', 'algorithm', 'permission'],
  'aws-jwt-verify': ['issuer', 'jwksUri', 'audience'],
  'api-gateway-jwt-authorizer': ['issuer', 'audience', 'permission'],
  'mintmark-authorizer': ['audience', 'permission'],
};

describe('the snippets of a quick start', () => {
  test('have one program for each way to verify or to obtain tokens', () => {
    expect(quickstartSnippets(facts).map(({ id, language }) => [id, language])).toEqual([
      ['jose', 'javascript'],
      ['jose-status-list', 'javascript'],
      ['express-oauth2-jwt-bearer', 'javascript'],
      ['aws-jwt-verify', 'javascript'],
      ['pyjwt', 'python'],
      ['api-gateway-jwt-authorizer', 'typescript'],
      ['mintmark-authorizer', 'typescript'],
      ['curl', 'shell'],
    ]);
  });

  test("leave out API Gateway's own authorizer if it does not support the algorithm", () => {
    const [all, es256] = [facts, { ...facts, algorithm: 'ES256', statusListAlgorithm: 'ES256' } as const].map((these) =>
      quickstartSnippets(these),
    );
    const idsOf = (snippets = all) => snippets?.map(({ id }) => id) ?? [];
    expect(idsOf(es256)).toEqual(idsOf().filter((id) => id !== 'api-gateway-jwt-authorizer'));
    expect(JSON.stringify(es256)).not.toContain('RS256');
  });

  test('leave out aws-jwt-verify for PS256, which it does not support', () => {
    const ids = quickstartSnippets({ ...facts, algorithm: 'PS256', statusListAlgorithm: undefined }).map(
      ({ id }) => id,
    );
    expect(ids).toEqual(['jose', 'express-oauth2-jwt-bearer', 'pyjwt', 'mintmark-authorizer', 'curl']);
  });

  test.each(Object.keys(factsNamed))('%s names all facts that it needs', async (id) => {
    expect(await stringsSaid(codeOf(id))).toEqual(
      expect.arrayContaining((factsNamed[id] ?? []).map((name) => facts[name])),
    );
  });

  test("Sound 11: leave out API Gateway's own authorizer, which checks no type, if there is no scope to ask for", () => {
    const ids = quickstartSnippets({ ...facts, permission: undefined }).map(({ id }) => id);
    expect(ids).toEqual(
      quickstartSnippets(facts)
        .map(({ id }) => id)
        .filter((id) => id !== 'api-gateway-jwt-authorizer'),
    );
  });

  const withoutPermission = Object.keys(factsNamed).filter((id) => id !== 'api-gateway-jwt-authorizer');
  test.each(withoutPermission)('%s names no permission if the API declares none', async (id) => {
    expect(await stringsSaid(codeOf(id, { permission: undefined }))).not.toContain(facts.permission);
  });

  describe.each(HOSTILE)('with the hostile audience %j', (audience) => {
    test.each(Object.keys(factsNamed))('%s names this audience and is otherwise unchanged', async (id) => {
      const [said, usual] = [await stringsSaid(codeOf(id, { audience })), await stringsSaid(codeOf(id))];
      expect(said).toEqual(usual.map((text) => (text === facts.audience ? audience : text)));
    });

    test('curl sends this audience and is otherwise unchanged', () => {
      const script = `curl() { printf '%s\\0' "$@"; }\n${codeOf('curl', { audience })}`;
      const output = execFileSync('sh', ['-c', script], { env: { CLIENT_ID: 'cli_1', CLIENT_SECRET: 'mms_1' } });
      expect(output.toString().split('\0')).toEqual([
        '-s',
        facts.tokenEndpoint,
        ...['-u', 'cli_1:mms_1', '-d', 'grant_type=client_credentials', '--data-urlencode', `audience=${audience}`],
        '',
      ]);
    });
  });
});

const FAKE_JWT = `

import json, sys, types
fake = types.ModuleType("jwt")
fake.PyJWKClient = lambda uri: types.SimpleNamespace(get_signing_key_from_jwt=lambda token: types.SimpleNamespace(key=uri))
fake.decode_complete = lambda token, key, **options: {"header": {"typ": "at+jwt"}, "payload": {"key": key, **options}}
sys.modules["jwt"] = fake
`;

describe.runIf(isInstalled('python3'))('python3', () => {
  test('gives PyJWT the facts about the API, even with a hostile audience', () => {
    const calls = HOSTILE.map((audience, index) => {
      const code = codeOf('pyjwt', { audience }).replace('def verify', `def verify_${index}`);
      return `${code}\nprint(json.dumps(verify_${index}_access_token("t")))`;
    });
    const output = execFileSync('python3', ['-'], { input: FAKE_JWT + calls.join('\n') }).toString();
    const { jwksUri: key, algorithm, issuer } = facts;
    expect(
      output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(
      HOSTILE.map((audience) => ({
        ...{ key, algorithms: [algorithm], issuer, audience },
        options: { require: ['exp', 'iat', 'iss', 'aud', 'sub'] },
      })),
    );
  });
});
