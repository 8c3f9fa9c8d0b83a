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

/** Who may do everything, in one record, so that the last of them is known. */
export interface FullMembers extends Versioned {
  /** Each of them may do everything, unless that ended meanwhile. */
  readonly userIds: readonly string[];
}

/** Names the roster of those who may do everything. */
export const FULL_MEMBERS_KEY: RecordKey<'fullMembers', FullMembers> = { kind: 'fullMembers', id: 'workspace' };
