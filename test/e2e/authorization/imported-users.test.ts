import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { succeed } from '#test/support/arrange/manage.ts';
import { ask, newThirdParty, tokensByCode } from '#test/support/people/code-flow.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const mailbox = new Mailbox();
const world = useWorld({ adapters: { mailQueue: () => mailbox } });
const acme = useAcme(world);
const manage = useManage(world);

test('the tokens of a user whose id comes from another product are active, as those of every user', async () => {
  const application = await newThirdParty(world, acme.apiId);
  const userId = randomUUID();
  const email = `${userId}@example.com`;
  await succeed(manage('POST', '/v1/users', { id: userId, email }));
  await succeed(manage('PUT', `/v1/tenants/${acme.tenantId}/members/${userId}`, { roleIds: [acme.readerRoleId] }));
  const terms = { scope: 'openid email read:reports', resource: REPORTS, permissions: ['read:reports'] };
  const { access_token: token = '' } = await tokensByCode(world, { application, email, mailbox, ...terms });
  expect(await ask(`${world.url}/oauth/introspect`, application, { token })).toMatchObject({
    active: true,
    sub: userId,
    tenant_id: acme.tenantId,
    scope: 'openid email read:reports',
  });
  const userInfo = await fetch(`${world.url}/oauth/userinfo`, { headers: { authorization: `Bearer ${token}` } });
  expect(await userInfo.json()).toEqual({ sub: userId, email, email_verified: true });
});
