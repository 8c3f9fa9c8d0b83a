import { DomainError } from '../errors.ts';
import type { Look } from '../records/look.ts';
import { userKey } from '../records/principals.ts';
import { settingsIn, type WorkspaceSettings } from '../records/settings.ts';

/**
 * Checks that a user may own another application, and returns the rules of the workspace for developers. What a user
 * owns already stays, also after the rules became stricter.
 * @throws DomainError `forbidden`
 */
export async function assertMayOwn(userId: string, look: Look): Promise<WorkspaceSettings['developers']> {
  const [{ developers }, user] = await Promise.all([settingsIn(look), look.find(userKey(userId))]);
  if (developers.mode === 'off') {
    throw new DomainError(
      'forbidden',
      "Users own no applications in this workspace. An administrator can change 'developers' in its settings.",
    );
  }
  if (developers.mode === 'invited' && user?.isDeveloper !== true) {
    throw new DomainError('forbidden', 'You are not a developer in this workspace. An administrator can make you one.');
  }
  return developers;
}
