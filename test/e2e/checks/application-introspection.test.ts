import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { createApplication, grantPermissions, registerApi } from '#test/support/clients/applications.ts';
import { createServiceUser, createServiceUserSecret } from '#test/support/clients/service-users.ts';
import type { Credentials } from '#test/support/world/deployment.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const globex = useAcme(world);
/** Tokens for the reports API, by the client that they were issued to. */
let tokens: Readonly<Record<string, string>>;
beforeAll(async () => {
  const serviceUser = await createServiceUser(world, acme.tenantId, [acme.readerRoleId]);
  tokens = {
    tenant: await world.tokenFor(acme.tenantToken),
    'another tenant': await world.tokenFor(globex.tenantToken),
    user: await world.tokenFor(acme.personalToken),
    'service user': await world.tokenFor(await createServiceUserSecret(world, serviceUser)),
    application: await world.tokenFor(await applicationWith(acme.apiId, 'all')),
  };
});

const ask = (caller: Credentials, token: string) => world.post('/oauth/introspect', caller, { token });

/** An application with this grant at this API. */
async function applicationWith(apiId: string, permissions: readonly string[] | 'all'): Promise<Credentials> {
  const application = await createApplication(world);
  await grantPermissions(world, application, apiId, permissions);
  return application;
}

async function answersTo(caller: Credentials): Promise<readonly string[]> {
  const replies = await Promise.all(Object.values(tokens).map((token) => ask(caller, token)));
  return replies.map(({ text }) => text);
}

/** The answers of introspection to an application that may see all tokens, and to one that may see none. */
const everything = () =>
  Object.values(tokens).map((token) => {
    // No answer tells on which records a token depends.
    const { depends_on: _hidden, ...claims } = decodeJwt(token);
    return { active: true, token_type: 'Bearer', ...claims };
  });

const nothing = () => Object.keys(tokens).map(() => '{"active":false}');

const parsed = (texts: readonly string[]) => texts.map((text) => JSON.parse(text) as unknown);

describe('H7: an application learns by introspection', () => {
  test.each([
    ['a permission', ['read:reports']],
    ['every permission', 'all'],
  ] as const)('about the tokens of every client for an API at which it holds %s', async (_what, permissions) => {
    const application = await applicationWith(acme.apiId, permissions);
    expect(parsed(await answersTo(application))).toEqual(everything());
  });

  test('about every token if it holds introspect:tokens', async () => {
    const application = await applicationWith(SYSTEM_API_ID, ['introspect:tokens']);
    expect(parsed(await answersTo(application))).toEqual(everything());
  });

  test('about every token as the bearer of a token with introspect:tokens', async () => {
    const bearer = await world.tokenFor(await applicationWith(SYSTEM_API_ID, ['introspect:tokens']));
    const { body } = await world.send('POST', '/oauth/introspect', {
      headers: { authorization: `Bearer ${bearer}` },
      body: new URLSearchParams({ token: tokens.tenant ?? '' }),
    });
    expect(body).toMatchObject({ active: true, tenant_id: acme.tenantId });
  });

  test('about its own tokens, for any API', async () => {
    const { id, identifier } = await registerApi(world, ['read']);
    const application = await applicationWith(id, 'all');
    const own = await world.tokenFor(application, { audience: identifier });
    expect((await ask(application, own)).body).toMatchObject({ active: true, client_id: application.clientId });
  });
});

describe('H7: an application learns nothing by introspection', () => {
  test('without a grant', async () => {
    expect(await answersTo(await createApplication(world))).toEqual(nothing());
  });

  test('with a grant of nothing', async () => {
    expect(await answersTo(await applicationWith(acme.apiId, []))).toEqual(nothing());
  });

  test('with a grant for another API', async () => {
    const { id } = await registerApi(world, ['read:reports']);
    expect(await answersTo(await applicationWith(id, 'all'))).toEqual(nothing());
  });

  test('with another permission of the management API', async () => {
    expect(await answersTo(await applicationWith(SYSTEM_API_ID, ['read:tenants']))).toEqual(nothing());
  });

  test('from the moment its grant is taken back', async () => {
    const application = await applicationWith(acme.apiId, 'all');
    expect(parsed(await answersTo(application))).toEqual(everything());
    await world.manage('DELETE', `/v1/applications/${application.clientId}/grants/${acme.apiId}`);
    expect(await answersTo(application)).toEqual(nothing());
  });

  test('once it is disabled', async () => {
    const application = await applicationWith(acme.apiId, 'all');
    await world.manage('PATCH', `/v1/applications/${application.clientId}`, { status: 'disabled' });
    expect((await ask(application, tokens.tenant ?? '')).status).toBe(401);
  });
});
