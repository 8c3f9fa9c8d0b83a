import * as z from 'zod';
import { id } from '../fields/fields.ts';
import { lambdaTable } from '../table.ts';

/** The route that ends a leaked credential. It is open to anyone: the credential itself is the proof. */
export const reportLeak = lambdaTable({
  name: 'report-leak',
  purpose: 'Ends a token or a secret that has leaked.',
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
      summary: 'Report a leaked token or secret; it becomes invalid',
      caller: 'anyone',
      errors: 'problem',
      body: {
        encoding: 'json',
        schema: z.strictObject({
          credential: z.string().min(1).max(16_384).meta({ description: 'The token or the secret that was found' }),
          clientId: id
            .optional()
            .meta({ description: 'The client of a secret; without it, a secret is not recognised' }),
        }),
        example: { credential: 'mms_…', clientId: 'cli_2Vq0mTzXwYbH8KdR5nCs1E' },
      },
      reply: {
        status: 204,
        description: 'A valid credential has become invalid; for any other text, the answer is the same',
      },
      audit: 'credential.leaked',
    },
  },
});
