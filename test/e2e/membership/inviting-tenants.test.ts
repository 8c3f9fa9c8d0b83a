import { describe, expect, test } from 'vitest';
import { createRole } from '#test/support/arrange/creations.ts';
import { manageWith, succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { MANAGER_LEVEL, newAddress, useInviting } from '#test/support/people/inviting.ts';

const { mailbox, world, acme, manage, roles, managerOf, asTenant, collection, invite } = useInviting(assertConforms);

describe('W6: a tenant that invites', () => {
  test('C8: gives no role that is stronger than its own', async () => {
    const refused = await asTenant('POST', collection(), { email: newAddress(), roleIds: [roles.stronger] });
    expect(seen(refused)).toEqual(problem(403, 'forbidden', 'roleIds'));
  });

  test('C8: gives no permission of the management API that its token lacks', async () => {
    const role = await createRole(
      world,
      [{ api: `${world.url}/v1/`, value: 'write:tenant-tokens' }],
      MANAGER_LEVEL + 1,
    );
    const refused = await asTenant('POST', collection(), { email: newAddress(), roleIds: [role] });
    expect(seen(refused)).toEqual(problem(403, 'forbidden'));
  });

  test('C8: neither renews nor withdraws an invitation with a stronger role', async () => {
    const { id } = await invite(newAddress(), [roles.stronger]);
    expect(seen(await asTenant('POST', `${collection()}/${id}/resend`))).toEqual(problem(403, 'forbidden', 'roleIds'));
    expect(seen(await asTenant('DELETE', `${collection()}/${id}`))).toEqual(problem(403, 'forbidden'));
  });

  test('T6: gets the same answer for a role of the workspace as for an unknown role', async () => {
    const role = { kind: 'workspace', key: 'operator', name: 'Operator', level: 100, permissions: [] };
    const { id } = await succeed(manage('POST', '/v1/roles', role));
    const email = newAddress();
    const refused = await asTenant('POST', collection(), { email, roleIds: [id] });
    expect(seen(refused)).toEqual(problem(400, 'invalid_request', 'roleIds'));
    expect(seen(refused)).toEqual(seen(await asTenant('POST', collection(), { email, roleIds: ['rol_unknown'] })));
  });

  test('W6: does not do it by a personal token', async () => {
    await manage('PUT', `/v1/tenants/${acme.tenantId}/members/${acme.userId}`, { roleIds: [roles.manager] });
    const token = await world.tokenFor(acme.personalToken, { audience: `${world.url}/v1/` });
    const refused = await manageWith(world, token)('POST', collection(), { email: newAddress(), roleIds: [] });
    expect(seen(refused)).toEqual(problem(403, 'insufficient_scope'));
  });

  test('S7: gets the same answer, by the same calls, for an address that nobody has, that a user has, and that a member has', async () => {
    const [known, member] = [newAddress(), newAddress()];
    await succeed(manage('POST', '/v1/users', { email: known }));
    const { id } = await succeed(manage('POST', '/v1/users', { email: member }));
    await succeed(manage('PUT', `/v1/tenants/${acme.tenantId}/members/${id}`, { roleIds: [] }));
    const tenant = await managerOf(acme.tenantId);
    const costOf = async (email: string) => {
      world.dynamo.forget();
      const { status, text } = await tenant('POST', collection(), { email, roleIds: [] });
      const shown = text.replaceAll(/inv_\w+/g, 'inv').replaceAll(email, 'the address');
      return { status, shown, calls: [...world.dynamo.calls] };
    };
    // The first request of a token reads more.
    await costOf(newAddress());
    const unknown = await costOf(newAddress());
    expect(unknown.status).toBe(201);
    expect(await costOf(known)).toEqual(unknown);
    expect(await costOf(member)).toEqual(unknown);
  });

  test('sends a hundred invitations in an hour, and then has to wait', async () => {
    const tenant = await succeed(manage('POST', '/v1/tenants', { name: 'Mailers' }));
    const asMailer = await managerOf(tenant.id);
    const path = `/v1/tenants/${tenant.id}/invitations`;
    for (let count = 0; count < 100; count += 1) await succeed(asMailer('POST', path, { email: newAddress() }));
    const refused = await asMailer('POST', path, { email: newAddress() });
    expect(seen(refused)).toEqual(problem(429, 'rate_limited'));
    expect((await asTenant('POST', collection(), { email: newAddress() })).status).toBe(201);
  });

  test('bombs no address: beyond ten mails in an hour it is invited without a mail', async () => {
    const email = newAddress();
    for (let count = 0; count < 12; count += 1) await invite(email);
    expect(mailbox.mails.filter(({ to }) => to === email)).toHaveLength(10);
  });

  test.each(['Ada <ada@example.com>', 'ada@example.com, eve@example.com', 'ada@localhost'])(
    'S10: invites nobody at %s',
    async (email) => {
      const refused = await asTenant('POST', collection(), { email, roleIds: [] });
      expect(seen(refused)).toEqual(problem(400, 'invalid_request', 'email'));
    },
  );
});
