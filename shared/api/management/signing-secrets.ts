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
      description: 'In base64url; shown in the first answer only, not in a repeated answer',
    }),
  ),
  signsFrom: timestamp,
  version: z.int().meta({ description: 'The version of all signing secrets of the API together' }),
  notice,
});

/** The secrets with which APIs verify HS256 tokens. */
export const signingSecrets = lambdaTable({
  name: 'signing-secrets',
  purpose: 'Makes and deletes the secrets that sign the HS256 tokens of an API.',
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
      summary: 'Make a secret that signs the tokens of an API with HS256',
      caller: { permission: 'write:signing-secrets' },
      body: {
        encoding: 'json',
        schema: z.strictObject({
          leadSeconds: z.int().min(0).max(WEEK_SECONDS).default(HOUR_SECONDS).meta({
            description: 'How long the previous secret still signs; the first secret of an API signs at once',
          }),
        }),
        example: { leadSeconds: HOUR_SECONDS },
      },
      audit: 'api.signing_secret.created',
    },
    deleteSigningSecret: {
      ...deleting,
      path: '/v1/apis/{apiId}/signing-secrets/{secretId}',
      summary: 'Delete a signing secret by its kid; Mintmark no longer accepts the tokens that it signed',
      caller: { permission: 'write:signing-secrets' },
      audit: 'api.signing_secret.deleted',
    },
  },
});
