import { beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { HTTPS_AS_HTTP } from '#test/support/ask/https-as-http.ts';
import {
  createApplication,
  grantPermissions,
  type RegisteredApi,
  registerApi,
} from '#test/support/clients/applications.ts';
import { runCommand } from '#test/support/documents/command.ts';
import { isInstalled } from '#test/support/documents/installed.ts';
import { prepared, useWorld } from '#test/support/world/use-world.ts';

const root = new URL('../../..', import.meta.url).pathname;

/** An identifier with every character that might break a program. */
const HOSTILE = `urn:it's:\${process.exit(1)}:\`exit\`:$(exit);exit(1)//*/`;

interface Quickstart {
  readonly audience: string;
  readonly snippets: readonly { readonly id: string; readonly code: string }[];
}

const apis: Record<string, RegisteredApi> = {};
const world = useWorld({ onReply: assertConforms });
const application = prepared(() => createApplication(world));
beforeAll(async () => {
  apis.RS256 = await registerApi(world, ['read'], { identifier: HOSTILE });
  apis.ES256 = await registerApi(world, [], { signingAlgorithm: 'ES256', permissions: [{ value: 'read' }] });
  for (const { id } of Object.values(apis)) await grantPermissions(world, application, id, 'all');
});

const quickstartOf = (id = '') => world.manage('GET', `/v1/apis/${id}/quickstart`);

async function codeOf(algorithm: string, snippetId: string): Promise<string> {
  const { snippets } = (await quickstartOf(apis[algorithm]?.id)).body as Quickstart;
  return snippets.find(({ id }) => id === snippetId)?.code ?? '';
}

/** Runs the program as a module beside the installed library, and prints its answer about a token. */
function verify(code: string, token: string) {
  const input = `${code}\nconsole.log((await verifyAccessToken(process.env.ACCESS_TOKEN)).client_id);`;
  const env = { ACCESS_TOKEN: token };
  return runCommand(process.execPath, ['--import', HTTPS_AS_HTTP, '--input-type=module'], { cwd: root, env, input });
}

describe('the quick start of an API', () => {
  test('has all values that a verifier needs', async () => {
    expect(seen(await quickstartOf(apis.ES256?.id))).toEqual({
      status: 200,
      body: {
        issuer: world.url,
        jwksUri: `${world.url}/.well-known/jwks.json`,
        audience: apis.ES256?.identifier,
        algorithm: 'ES256',
        tokenEndpoint: `${world.url}/oauth/token`,
        snippets: expect.any(Array),
      },
    });
  });

  test('exists for the management API too', async () => {
    const { status, body } = await quickstartOf(SYSTEM_API_ID);
    expect([status, body]).toMatchObject([200, { audience: `${world.url}/v1/`, algorithm: 'RS256' }]);
  });

  test('does not exist for an API that does not exist', async () => {
    expect(seen(await quickstartOf('api_unknown'))).toEqual(problem(404, 'not_found'));
  });
});

describe.each(['jose', 'aws-jwt-verify'])('the snippet of the quick start for %s', (snippetId) => {
  test.each(['RS256', 'ES256'])('verifies tokens signed with %s', async (algorithm) => {
    const audience = apis[algorithm]?.identifier ?? '';
    const token = await world.tokenFor(application, { audience });
    const result = await verify(await codeOf(algorithm, snippetId), token);
    expect(result).toEqual({ code: 0, stdout: `${application.clientId}\n`, stderr: '' });
  });

  test('refuses a token for another API', async () => {
    const token = await world.tokenFor(application, { audience: apis.ES256?.identifier ?? '' });
    const result = await verify(await codeOf('RS256', snippetId), token);
    expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/aud|"alg"|algorithm/i) });
  });
});

describe.runIf(isInstalled('curl'))('the snippet for curl', () => {
  test('gets a token for the API', async () => {
    const env = { CLIENT_ID: application.clientId, CLIENT_SECRET: application.clientSecret };
    const { code, stdout } = await runCommand('sh', ['-c', await codeOf('RS256', 'curl')], { env });
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { token_type: 'Bearer', scope: 'read' }]);
  });
});
