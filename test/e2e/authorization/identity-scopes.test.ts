import { expect, test } from 'vitest';
import { startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { newThirdParty, tokensByCode } from '#test/support/people/code-flow.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { opened, useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const mailbox = new Mailbox();
const world = useWorld({ adapters: { mailQueue: () => mailbox } });
const acme = useAcme(world);
const manage = useManage(world);
const routes = { 'GET /reports': 'read:reports', 'POST /reports': 'email' };
const guarded = {
  offline: opened(() => startGuardedApi(world, { mode: 'offline', routes })),
  online: opened(() => startGuardedApi(world, { mode: 'online', routes })),
};

test.each(['offline', 'online'] as const)(
  "a scope about the person is no permission of the user's token %s",
  async (mode) => {
    const application = await newThirdParty(world, acme.apiId);
    const { email } = await succeed<{ email: string }>(manage('GET', `/v1/users/${acme.userId}`));
    const terms = { scope: 'openid email read:reports', resource: REPORTS, permissions: ['read:reports'] };
    const { access_token: token } = await tokensByCode(world, { application, email, mailbox, ...terms });
    const visits = ['GET', 'POST'].map((method) => guarded[mode].visit(method, '/reports', `Bearer ${token}`));
    expect((await Promise.all(visits)).map(({ status }) => status)).toEqual([200, 403]);
  },
);
