import { dynamoDirectoryWriter } from '#shared/adapters/dynamo/directory/directory.ts';
import { workspaceMemberKey } from '#shared/domain/people-records/workspace-member.ts';

let serial = 0;

/** Makes a user a workspace member, as an accepted invitation does, and returns the id of the user. */
export async function memberOfWorkspace(userId: string, roleIds: readonly string[] | 'all'): Promise<string> {
  serial += 1;
  const member = { id: `mem_${serial}_of_${userId}`, userId, roleIds, createdAtSeconds: 0, version: 1 };
  await dynamoDirectoryWriter(() => 'mintmark-directory').insert(workspaceMemberKey(userId), member);
  return userId;
}
