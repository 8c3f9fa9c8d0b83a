import { partialDeepStrictEqual } from 'node:assert/strict';
import { type Answer, manage } from './requests.ts';
import type { Story } from './story.ts';
import type { Step } from './tell.ts';

async function assignWeakerRole(story: Story): Promise<string> {
  const roleIds = [story.readerRoleId];
  partialDeepStrictEqual(await createTokenAsManager(story, roleIds), { status: 201, body: { roleIds } });
  return '201';
}

/**
 * The manager has the permission as before. It is refused because the role is stronger than the manager's own level.
 */
async function assignStrongerRole(story: Story): Promise<string> {
  const answer = await createTokenAsManager(story, [story.writerRoleId]);
  partialDeepStrictEqual(answer, { status: 403, body: { code: 'forbidden', field: 'roleIds' } });
  return '403 forbidden, above its own level';
}

function createTokenAsManager(story: Story, roleIds: readonly string[]): Promise<Answer> {
  const manager = { ...story, managementToken: story.managerAccessToken };
  return manage(manager, 'POST', `/v1/tenants/${story.tenantId}/api-tokens`, {
    description: 'for a colleague',
    roleIds,
  });
}

/** A tenant manages its own tokens, but cannot give them more rights than it has. */
export const delegating: readonly Step<Story>[] = [
  { name: 'manager: token for a reader', run: assignWeakerRole },
  { name: 'manager: token for a writer', run: assignStrongerRole },
];
