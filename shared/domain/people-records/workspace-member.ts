import type { Versioned } from '../records/lifecycle.ts';
import type { RecordKey, RecordList } from '../records/record-key.ts';

/** A user with roles of the workspace. A workspace member is in no tenant and administers the workspace. */
export interface WorkspaceMember extends Versioned {
  /** A member who left and came back has another id. */
  readonly id: string;
  readonly userId: string;
  /** Roles of the workspace, or `all` for a member who may do everything. */
  readonly roleIds: readonly string[] | 'all';
}

/** Names a workspace member. */
export function workspaceMemberKey(userId: string): RecordKey<'workspaceMember', WorkspaceMember> {
  return { kind: 'workspaceMember', id: userId };
}

/** Names the list of all workspace members. */
export const workspaceMemberList: RecordList<'workspaceMember', WorkspaceMember> = {
  kind: 'workspaceMember',
  owner: undefined,
};
