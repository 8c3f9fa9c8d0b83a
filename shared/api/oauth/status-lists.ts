import { lambdaTable } from '../table.ts';

/** Token Status Lists (draft-ietf-oauth-status-list). */
export const statusLists = lambdaTable({
  name: 'status-lists',
  purpose: 'Publishes which access tokens were taken back.',
  grants: ['records:read', 'statuses:read', 'status-lists:sign'],
  routes: {
    statusList: {
      method: 'GET',
      path: '/.well-known/status/{listId}',
      summary: 'A list of the tokens that were taken back (draft-ietf-oauth-status-list, section 8)',
      caller: 'anyone',
      errors: 'problem',
      reply: {
        status: 200,
        description: 'A Status List Token, of which a new one is made in half of its time to live',
        signedAs: 'application/statuslist+jwt',
        maxAgeSeconds: 'varying',
      },
    },
  },
});
