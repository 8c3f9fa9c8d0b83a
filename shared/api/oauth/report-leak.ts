import * as z from 'zod';
import { id } from '../fields/fields.ts';
import { lambdaTable } from '../table.ts';

/** POST /v1/leaked-credentials. */
export const reportLeak = lambdaTable({
  name: 'report-leak',
  purpose: 'Ends a credential that somebody found where it does not belong.',
  grants: [
    'records:read',
    'tokens:verify',
    'pepper:use',
    'failures:count',
    'tokens:revoke',
    'clients:change',
    'audit:append',
  ],
  routes: {
    reportLeak: {
      method: 'POST',
      path: '/v1/leaked-credentials',
      summary: 'Report a token or a secret that has leaked, which ends it',
      caller: 'anyone',
      errors: 'problem',
      body: {
        encoding: 'json',
        schema: z.object({
          credential: z.string().min(1).max(16_384).meta({ description: 'What was found: a token or a secret' }),
          clientId: id.optional().meta({ description: 'Whose secret it is; a secret cannot be told without it' }),
        }),
        example: { credential: 'mms_…', clientId: 'cli_2Vq0mTzXwYbH8KdR5nCs1E' },
      },
      reply: {
        status: 204,
        description: 'If that was a credential which works, it has ended; the answer is the same if it was not',
      },
      audit: 'credential.leaked',
    },
  },
});
