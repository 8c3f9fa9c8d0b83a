import type { JWTPayload } from 'jose';
import { joseWorkloadTokens } from '#shared/adapters/jose/workload-tokens.ts';
import { httpsJson } from '#shared/adapters/remote/fetch-json.ts';
import { rememberedJwks } from '#shared/adapters/remote/jwks-source.ts';
import { scopeOrRefusal } from '../ask/scope-or-refusal.ts';
import {
  ISSUER,
  type LocalIssuer,
  signWorkloadToken,
  type WorkloadTokenChange,
  workloadClaims,
} from '../elsewhere/local-issuer.ts';
import type { Reply } from '../world/deployment.ts';
import type { World } from '../world/world.ts';
import { exchangeAssertion } from './service-user-keys.ts';
import { createAt } from './service-users.ts';

/** The answer to the creation of a federated credential. */
export interface FederatedCredential {
  readonly clientId: string;
}

/** The federated credential of a test that names nothing else. */
export const trusted = {
  title: 'deployments',
  issuer: ISSUER,
  conditions: [{ claim: 'sub', equals: 'repo:acme/api:ref:refs/heads/main' }],
};

/** Adapters that fetch the keys of every issuer from this one. */
export function trusting(issuer: LocalIssuer) {
  return { workloadTokens: () => joseWorkloadTokens(undefined, rememberedJwks(httpsJson(issuer.agent))) };
}

/** A new federated credential of the service user at this path. */
export function createFederatedCredential(world: World, path: string, body: object = {}): Promise<FederatedCredential> {
  return createAt(world, `${path}/federated-credentials`, { ...trusted, ...body });
}

/** A platform that signs tokens about its workloads. */
export type Platform = ReturnType<typeof platformOf>;

/** A platform as its workloads see it: it signs tokens about them for this world. */
export function platformOf(world: World, issuer: LocalIssuer, algorithm = 'ES256') {
  const claims = () => workloadClaims(world.url, world.clock.nowSeconds());
  const token = ({ header, claims: changed }: WorkloadTokenChange = {}) => {
    const key = issuer.privateKeys[algorithm];
    if (key === undefined) throw new Error(`The issuer has no key for ${algorithm}.`);
    return signWorkloadToken({ algorithm, key }, { ...claims(), ...changed } as JWTPayload, header);
  };
  const exchange = (clientId: string, value: string): Promise<Reply> =>
    exchangeAssertion(world, value, { client_id: clientId });
  /** The scope that a token is traded for, or the status and code of its refusal. */
  const outcome = async (clientId: string, change: WorkloadTokenChange = {}) =>
    scopeOrRefusal(await exchange(clientId, await token(change)));
  return { claims, token, exchange, outcome };
}
