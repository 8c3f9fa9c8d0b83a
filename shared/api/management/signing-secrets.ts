import * as z from 'zod';
import { timestamp } from '../fields/fields.ts';
import { creating, deleting } from '../fields/shapes.ts';
import { notice, shownOnce } from '../fields/shown-once.ts';
import { lambdaTable } from '../table.ts';

const HOUR_SECONDS = 3_600;

const WEEK_SECONDS = 604_800;

const signingSecret = z.object({
  apiId: z.string(),
  kid: z.string(),
  signingSecret: shownOnce(
    z.string().optional().meta({
      description: 'In base64url; shown in the first answer only, not when it is repeated',
    }),
  ),
  signsFrom: timestamp,
  version: z.int().meta({ description: 'Of all signing secrets of the API together' }),
  notice,
});

/** Secrets by which APIs verify HS256 tokens. */
export const signingSecrets = lambdaTable({
  name: 'signing-secrets',
  purpose: 'Makes and deletes the secrets that HS256 tokens of an API are signed with.',
  grants: [
    'records:read',
    'tokens:verify',
    'proofs:verify',
    'signing-secrets:make',
    'requests:remember',
    'audit:append',
  ],
  routes: {
    createSigningSecret: {
      ...creating(signingSecret, {
        apiId: 'api_1QwErTyUiOpAsDfGhJkL2Z',
        kid: 'key_5ZxCvBnMaSdFgHjKlQwE3r',
        signingSecret: 'bXktc2VjcmV0LW9mLXRoaXJ0eS10d28tYnl0ZXMtLS0',
        signsFrom: '2027-01-15T09:00:00.000Z',
        version: 2,
      }),
      path: '/v1/apis/{apiId}/signing-secrets',
      summary: 'Make a secret for signing the tokens of an API with HS256',
      caller: { permission: 'write:apis' },
      body: {
        encoding: 'json',
        schema: z.object({
          leadSeconds: z.int().min(0).max(WEEK_SECONDS).default(HOUR_SECONDS).meta({
            description: 'After how long it signs in the place of the one before; the first one signs at once',
          }),
        }),
        example: { leadSeconds: HOUR_SECONDS },
      },
      audit: 'api.signing_secret.created',
    },
    deleteSigningSecret: {
      ...deleting,
      path: '/v1/apis/{apiId}/signing-secrets/{secretId}',
      summary: 'Delete a signing secret by its kid; what it signed is worth nothing to Mintmark any more',
      caller: { permission: 'write:apis' },
      audit: 'api.signing_secret.deleted',
    },
  },
});
