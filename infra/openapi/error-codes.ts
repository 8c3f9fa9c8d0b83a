import type { Caller, LambdaTable, Route } from '#shared/api/table.ts';
import type { apiTables as tables } from '#shared/api/tables.ts';
import { needsFreshLogin } from '#shared/domain/access/sensitive-changes.ts';
import type { ErrorCode } from '#shared/domain/errors.ts';
import { isChangeOfOne } from './request-headers.ts';

type KeysOfEach<Union> = Union extends unknown ? keyof Union : never;

type OperationName = KeysOfEach<(typeof tables)[number]['routes']>;

/** The codes that only the operation itself decides. All other codes follow from the API table. */
const decidedByOperation: Partial<Record<OperationName, readonly ErrorCode[]>> = {
  token: [
    'invalid_grant',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
    'invalid_target',
    'invalid_dpop_proof',
    'use_dpop_nonce',
  ],
  revoke: ['unauthorized_client'],
  pushRequest: ['unauthorized_client', 'invalid_scope', 'invalid_target', 'invalid_dpop_proof', 'use_dpop_nonce'],
  testApi: ['unauthorized_client', 'invalid_scope', 'invalid_target', 'invalid_dpop_proof', 'forbidden', 'conflict'],
  createTenantApiToken: ['forbidden'],
  createMemberApiToken: ['forbidden'],
  updateTenantApiToken: ['forbidden'],
  addTenantApiTokenSecret: ['forbidden'],
  rotateTenantApiTokenSecrets: ['forbidden'],
  finishTenantApiTokenRotation: ['forbidden'],
  cancelTenantApiTokenRotation: ['forbidden'],
  deleteTenantApiTokenSecret: ['forbidden'],
  updateMemberApiToken: ['forbidden'],
  addMemberApiTokenSecret: ['forbidden'],
  rotateMemberApiTokenSecrets: ['forbidden'],
  finishMemberApiTokenRotation: ['forbidden'],
  cancelMemberApiTokenRotation: ['forbidden'],
  deleteMemberApiTokenSecret: ['forbidden'],
  createTenantInvitation: ['forbidden'],
  resendTenantInvitation: ['forbidden', 'conflict'],
  deleteTenantInvitation: ['forbidden', 'conflict'],
  createMemberInvitation: ['forbidden'],
  updateWorkspaceMember: ['forbidden'],
  deleteWorkspaceMember: ['forbidden'],
  resendMemberInvitation: ['forbidden', 'conflict'],
  deleteMemberInvitation: ['forbidden', 'conflict'],
  setMember: ['forbidden'],
  deleteMember: ['forbidden'],
  updateApplication: ['forbidden'],
  setClientGrant: ['forbidden'],
  createMyApiToken: ['forbidden'],
  updateMyApiToken: ['forbidden'],
  addMyApiTokenSecret: ['forbidden'],
  rotateMyApiTokenSecrets: ['forbidden'],
  finishMyApiTokenRotation: ['forbidden'],
  cancelMyApiTokenRotation: ['forbidden'],
  deleteMyApiTokenSecret: ['forbidden'],
  addApplicationSecret: ['forbidden'],
  rotateApplicationSecrets: ['forbidden'],
  finishApplicationRotation: ['forbidden'],
  cancelApplicationRotation: ['forbidden'],
  deleteApplicationSecret: ['forbidden'],
  createMyApplication: ['forbidden'],
  updateMyApplication: ['forbidden'],
  addMyApplicationSecret: ['forbidden'],
  rotateMyApplicationSecrets: ['forbidden'],
  finishMyApplicationRotation: ['forbidden'],
  cancelMyApplicationRotation: ['forbidden'],
  deleteMyApplicationSecret: ['forbidden'],
  createRole: ['forbidden'],
  updateRole: ['forbidden'],
  deleteRole: ['forbidden'],
  createTenantRole: ['forbidden'],
  updateTenantRole: ['forbidden'],
  deleteTenantRole: ['forbidden'],
  createServiceUser: ['forbidden'],
  updateServiceUser: ['forbidden'],
  createServiceUserSecret: ['forbidden'],
  createServiceUserKey: ['forbidden'],
  createFederatedCredential: ['forbidden'],
};

/** Lists the codes of a route's errors. `method_not_allowed` is missing, because such requests reach no operation. */
export function errorCodes(operation: string, { grants }: LambdaTable, route: Route): readonly ErrorCode[] {
  const particular: Partial<Record<string, readonly ErrorCode[]>> = decidedByOperation;
  const codes: readonly (ErrorCode | false)[] = [
    ...callerErrors(route.caller),
    isManagement(route.caller) && isSensitive(route) && 'insufficient_user_authentication',
    route.caller === 'anyone' && route.body !== undefined && 'invalid_request',
    ...(particular[operation] ?? []),
    route.path.includes('{') && 'not_found',
    route.audit !== undefined && canLoseRaces(grants) && 'conflict',
    isChangeOfOne(route) && 'precondition_failed',
    route.body !== undefined && 'payload_too_large',
    (isManagement(route.caller) || grants.includes('failures:count')) && 'rate_limited',
    'server_error',
    'temporarily_unavailable',
  ];
  return codes.filter((code) => code !== false);
}

/** Whether the function writes under a condition, or under a key that another request may already hold. */
function canLoseRaces(grants: LambdaTable['grants']): boolean {
  return (['directory:write', 'clients:change', 'requests:remember'] as const).some((grant) => grants.includes(grant));
}

function isSensitive({ audit }: Route): boolean {
  return audit !== undefined && needsFreshLogin(audit);
}

/** Whether the requests of a route's callers are counted. */
export function isManagement(caller: Caller): boolean {
  return typeof caller === 'object' && 'permission' in caller;
}

function callerErrors(caller: Caller): readonly ErrorCode[] {
  if (caller === 'anyone' || caller === 'browser') return [];
  if (caller === 'bearer') {
    return ['invalid_request', 'unauthenticated', 'invalid_token', 'unproven_token', 'insufficient_scope'];
  }
  if (caller === 'client' || caller === 'grant') return ['invalid_request', 'invalid_client'];
  if ('permission' in caller) {
    return ['invalid_request', 'unauthenticated', 'invalid_token', 'unproven_token', 'insufficient_scope'];
  }
  return ['invalid_request', 'invalid_client', 'invalid_token', 'unproven_token', 'insufficient_scope'];
}
