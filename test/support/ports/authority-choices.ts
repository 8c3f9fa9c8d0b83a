import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import type { SystemPermission } from '#shared/domain/access/system-api.ts';
import { type AuthorityModel, type HeldToken, MANAGEMENT } from './authority-model.ts';

/** The choices of one call. Numbers choose from lists that grow while the model runs. */
export interface Choices {
  readonly target: number;
  readonly roles: readonly number[];
  readonly permissions: readonly SystemPermission[];
  readonly level: number;
  readonly flag: boolean;
}

/** A call, or what follows from it. The answer is the token that the caller can get by it. */
export type Call = (
  caller: ManagementCaller,
  choices: Choices,
  model: AuthorityModel,
) => Promise<HeldToken | undefined>;

/** Chooses from a list. */
export function chosen(list: readonly string[], { target }: Choices): string {
  return list[target % list.length] ?? '';
}

/** Chooses roles that can be assigned in the tenant. */
export function chosenRoles({ roles }: Choices, { state }: AuthorityModel): readonly string[] {
  return roles.map((index) => state.roleIds[index % state.roleIds.length] ?? '');
}

/** Names the chosen permissions as requests do. */
export function named({ permissions }: Choices) {
  return permissions.map((value) => ({ api: MANAGEMENT, value }));
}
