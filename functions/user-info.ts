import { dynamoAudit } from '#shared/adapters/dynamo/audit/audit.ts';
import { dynamoRecords } from '#shared/adapters/dynamo/directory/records.ts';
import { kmsVerifier } from '#shared/adapters/kms/verifier.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { possession } from '#shared/adapters/sets/possession.ts';
import { userInfo } from '#shared/api/oauth/user-info.ts';
import { readUserInfo, type UserInfo } from '#shared/domain/checks/read-user-info.ts';
import { lambda } from '#shared/http/lambda.ts';
import { ok } from '#shared/http/reply/replies.ts';

const adapters = {
  ...ambient,
  records: dynamoRecords,
  verifier: kmsVerifier,
  ...possession,
  audit: dynamoAudit,
};

/** Tells an application who the person is that logged in (OpenID Connect Core §5.3). */
export const handler = lambda(userInfo, adapters, {
  userInfo: async ({ presented }, ports) => answer(await readUserInfo(presented, ports)),
  userInfoByPost: async ({ presented }, ports) => answer(await readUserInfo(presented, ports)),
});

function answer({ claims, clientId }: UserInfo) {
  return ok(claims, { clientId });
}
