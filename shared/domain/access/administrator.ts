import type { Look } from '../records/look.ts';
import { nameKey } from '../records/permissions.ts';

/** Whether a client is the administrator of the workspace: the client that `bootstrap` named last. */
export async function isAdministrator(clientId: string, look: Look): Promise<boolean> {
  const claim = await look.find(nameKey('administrator', 'workspace'));
  return claim?.ownerId === clientId;
}
