import * as z from 'zod';
import { lambdaTable, type Route } from '../table.ts';

const route = {
  path: '/oauth/userinfo',
  caller: 'bearer',
  errors: 'oauth',
  isForPages: true,
  reply: {
    status: 200,
    description: 'What the scopes of the token tell about the person',
    schema: z.object({
      sub: z.string(),
      name: z.string().optional().meta({ description: 'With the scope profile' }),
      email: z.string().optional().meta({ description: 'With the scope email' }),
      email_verified: z.boolean().optional(),
    }),
    example: { sub: 'usr_6TgBnH7yJuKmI8oLpQaZ3W', name: 'Ada', email: 'ada@example.com', email_verified: true },
  },
} as const satisfies Partial<Route>;

/** The userinfo endpoint (OpenID Connect Core §5.3). */
export const userInfo = lambdaTable({
  name: 'user-info',
  purpose: 'Tells applications who the person is that logged in.',
  grants: ['records:read', 'tokens:verify', 'proofs:verify', 'audit:append'],
  routes: {
    userInfo: { ...route, method: 'GET', summary: 'Tell who the person is (OpenID Connect Core §5.3)' },
    userInfoByPost: { ...route, method: 'POST', summary: 'Tell who the person is, asked by POST' },
  },
});
