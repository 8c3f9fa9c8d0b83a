import { dynamoRecords } from '#shared/adapters/dynamo/directory/records.ts';
import { dynamoStatusEntries } from '#shared/adapters/dynamo/tokens/status-lists.ts';
import { kmsStatusListSigner } from '#shared/adapters/kms/signer.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { statusListMemory } from '#shared/adapters/node/status-list-memory.ts';
import { statusLists } from '#shared/api/oauth/status-lists.ts';
import { type PublishedStatusList, publishStatusList } from '#shared/domain/checks/publish-status-list.ts';
import { lambda } from '#shared/http/lambda.ts';
import { ok } from '#shared/http/reply/replies.ts';

const adapters = {
  ...ambient,
  records: dynamoRecords,
  statusEntries: dynamoStatusEntries,
  statusListSigner: kmsStatusListSigner,
  publishedLists: statusListMemory<PublishedStatusList>,
};

/** Publishes status lists, from which verifiers learn which tokens are revoked (draft-ietf-oauth-status-list). */
export const handler = lambda(statusLists, adapters, {
  statusList: async ({ params }, ports) => {
    const { jwt, maxAgeSeconds } = await publishStatusList(params.listId, ports);
    return { ...ok({ jwt }), maxAgeSeconds };
  },
});
