import { expect, test } from 'vitest';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { newThirdParty, tokensByCode } from '#test/support/people/code-flow.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

const mailbox = new Mailbox();
const world = useWorld({ adapters: { mailQueue: () => mailbox } });
const acme = useAcme(world);

/** A member of the tenant who may create its API tokens, by an application. Returns the member's token. */
async function memberToken(application: Credentials, email: string): Promise<string> {
  const permissions = [{ api: `${world.url}/v1/`, value: 'write:tenant-tokens' }];
  const role = { key: email.replace(/@.*/, ''), name: 'Tokens', level: 100, permissions };
  const { id: roleId } = await succeed(world.manage('POST', '/v1/roles', role));
  const { id: userId } = await succeed(world.manage('POST', '/v1/users', { email }));
  await succeed(world.manage('PUT', `/v1/tenants/${acme.tenantId}/members/${userId}`, { roleIds: [roleId] }));
  const terms = { application, email, mailbox, scope: 'write:tenant-tokens', permissions: ['write:tenant-tokens'] };
  const { access_token: token = '' } = await tokensByCode(world, { ...terms, resource: `${world.url}/v1/` });
  return token;
}

test('two users of one application who send the same Idempotency-Key and body do not meet', async () => {
  const application = await newThirdParty(world, SYSTEM_API_ID, { party: 'first' });
  const create = async (token: string) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': 'monday',
    };
    const body = JSON.stringify({ description: 'nightly export', roleIds: [] });
    const sent = world.send('POST', `/v1/tenants/${acme.tenantId}/api-tokens`, { headers, body });
    return succeed<{ clientId: string; clientSecret?: string }>(sent);
  };
  const [ada, bob] = [await memberToken(application, 'ada@acme.test'), await memberToken(application, 'bob@acme.test')];
  const [first, other, repeated] = [await create(ada), await create(bob), await create(ada)];
  expect(other.clientId).not.toBe(first.clientId);
  expect(other.clientSecret).toEqual(expect.any(String));
  expect([repeated.clientId, repeated.clientSecret]).toEqual([first.clientId, undefined]);
});
