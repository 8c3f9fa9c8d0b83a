import { lambdaTable } from '../table.ts';

/** The status lists by which verifiers learn of revoked tokens (draft-ietf-oauth-status-list). */
export const statusLists = lambdaTable({
  name: 'status-lists',
  purpose: 'Publishes which access tokens are revoked.',
  grants: ['records:read', 'statuses:read', 'status-lists:sign'],
  routes: {
    statusList: {
      method: 'GET',
      path: '/.well-known/status/{listId}',
      summary: 'Show a list of revoked tokens (draft-ietf-oauth-status-list, section 8)',
      caller: 'anyone',
      errors: 'problem',
      reply: {
        status: 200,
        description: 'A Status List Token. It is replaced when half of its time to live is over',
        signedAs: 'application/statuslist+jwt',
        maxAgeSeconds: 'varying',
      },
    },
  },
});
