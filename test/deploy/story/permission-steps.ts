import {
  authenticateByKey,
  exchangeTokens,
  introspectWithBoundToken,
  limitTokens,
  presentEndedSecret,
  refreshTokens,
  reportLeaks,
  reportNothing,
  signBySecret,
  signEverywhere,
  useUpQuota,
} from './credentials.ts';
import { repeatFailedCreations, sendEveryRequest } from './every-route.ts';
import { callGuardedApi, callWithOtherTokens } from './guarded-api.ts';
import {
  bootstrapAgain,
  deleteTenant,
  removeDeleted,
  revokeSigningKeys,
  rotatePepper,
  turnPages,
  wrapSigningKeys,
} from './keeping.ts';
import { actForAPerson } from './people.ts';
import type { Site } from './site.ts';

/** A step that uses rights of the deployment. `apiUrl` is the API of a team. */
interface PermissionStep {
  readonly name: string;
  readonly run: (site: Site, apiUrl: string) => Promise<string>;
}

/** Steps that together use each right of the deployed functions. */
export const permissionSteps: readonly PermissionStep[] = [
  { name: 'delete a tenant', run: deleteTenant },
  { name: 'bootstrap again', run: bootstrapAgain },
  { name: 'call the guarded API', run: callGuardedApi },
  { name: 'call it with other tokens', run: callWithOtherTokens },
  { name: 'sign with RS256', run: (site) => signEverywhere(site, 'RS256') },
  { name: 'sign with ES256', run: (site) => signEverywhere(site, 'ES256') },
  { name: 'a good request to each route', run: sendEveryRequest },
  { name: 'repeat creations that failed', run: repeatFailedCreations },
  { name: 'present an ended secret', run: presentEndedSecret },
  { name: 'report leaks', run: reportLeaks },
  { name: 'report nothing', run: reportNothing },
  { name: 'exchange tokens', run: exchangeTokens },
  { name: 'introspect with a bound token', run: introspectWithBoundToken },
  { name: 'authenticate by key', run: authenticateByKey },
  { name: 'refresh tokens', run: refreshTokens },
  { name: 'sign by a shared secret', run: signBySecret },
  { name: 'use up a quota', run: useUpQuota },
  { name: 'limit the number of tokens', run: limitTokens },
  { name: 'act for a person', run: actForAPerson },
  { name: 'turn pages', run: turnPages },
  { name: 'rotate the pepper', run: rotatePepper },
  { name: 'revoke the signing keys', run: revokeSigningKeys },
  { name: 'make wrapped signing keys', run: wrapSigningKeys },
  { name: 'remove what was deleted', run: removeDeleted },
];
