import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import { deleteClientGrant, setClientGrant } from '#shared/domain/clients/client-grants.ts';
import { createApi, deleteApi } from '#shared/domain/directory/apis.ts';
import { decideAccess } from '#shared/domain/grants/decide-access.ts';
import { issueAccessToken } from '#shared/domain/grants/issue-access-token.ts';
import { grantKey } from '#shared/domain/records/permissions.ts';
import type { AccessTokenClaims, TokenClaims } from '#shared/domain/tokens/claims.ts';
import { liveTokenOf } from '#shared/domain/tokens/live-token.ts';
import { memoryRecords } from '#test/support/ports/memory-records.ts';
import { aClient } from '#test/support/ports/records.ts';

/** How many random sequences of calls the model is compared with. */
const SEQUENCES = 10_000;
const IDENTIFIER = 'https://api.example.com/returning';
const clock = { nowSeconds: () => 1_800_000_000 };
const random = { bytes: (length: number) => new Uint8Array(randomBytes(length)) };
const workspace: ManagementCaller = {
  clientId: 'cli_manager',
  subject: 'cli_manager',
  scope: { type: 'workspace' },
  userId: undefined,
  permissions: [],
  roles: [],
  heldPermissions: [],
};

const CALLS = ['make the API', 'delete the API', 'set the grant', 'delete the grant', 'issue a token'] as const;
type Call = (typeof CALLS)[number];

/** An API, a client grant and the tokens, as plain objects: a token is active while its own grant is the grant. */
class Model {
  api: object | undefined;
  grant: object | undefined;
  readonly tokens: (object | undefined)[] = [];

  apply(call: Call): void {
    if (call === 'make the API') this.api ??= {};
    if (call === 'delete the API') this.api = this.grant = undefined;
    if (call === 'set the grant' && this.api !== undefined) this.grant ??= {};
    if (call === 'delete the grant') this.grant = undefined;
    if (call === 'issue a token' && this.grant !== undefined) this.tokens.push(this.grant);
  }

  activity(): readonly boolean[] {
    return this.tokens.map((grant) => grant === this.grant);
  }
}

/** The rules themselves, over records in memory. Calls that are refused change nothing. */
class Product {
  readonly #client = aClient({ id: 'cli_app', subject: { type: 'application' }, apiIds: [], roleIds: [] });
  readonly #memory = memoryRecords({ clients: [this.#client] });
  readonly #ports = {
    ...this.#memory,
    issuer: 'https://auth.example.com',
    clock,
    random,
    hs256Apis: false,
    verifier: { algorithms: ['RS256'] as const, verify: async () => undefined },
  };
  readonly #tokens: AccessTokenClaims[] = [];
  #apiId = '';

  async apply(call: Call): Promise<void> {
    await this.#attempt(call).catch(() => undefined);
  }

  async #attempt(call: Call): Promise<void> {
    const path = { clientId: this.#client.id, apiId: this.#apiId, for: 'client' } as const;
    if (call === 'make the API') {
      const request = { identifier: IDENTIFIER, name: 'API', permissions: [{ value: 'read' }] };
      this.#apiId = (await createApi(request, this.#ports)).id;
    }
    if (call === 'delete the API') await deleteApi(this.#apiId, this.#ports);
    if (call === 'set the grant') await setClientGrant(workspace, path, ['read'], this.#ports);
    if (call === 'delete the grant') await deleteClientGrant(path, this.#ports);
    if (call === 'issue a token') await this.#issue();
  }

  async #issue(): Promise<void> {
    const look = this.#memory.records.open('token');
    const client = await look.client(this.#client.id);
    if (client === undefined) throw new Error('There is no client.');
    const holder = { client, look, authenticatedAtSeconds: clock.nowSeconds(), expiresAtSeconds: undefined };
    const access = await decideAccess(holder, { audiences: [IDENTIFIER] }, { defaultAudience: undefined });
    const sign = async (claims: TokenClaims) => {
      if (claims.scope !== undefined) this.#tokens.push(claims);
      return 'signed';
    };
    const uncalled = { assign: async () => ({ list: 0, index: 0 }) };
    await issueAccessToken(
      holder,
      access,
      {},
      {
        ...this.#ports,
        issuer: 'https://auth.example.com',
        signer: { sign, signIdToken: async () => '' },
        secretTokens: { sign: async () => '', read: () => undefined, verify: async () => undefined },
        statusPlaces: uncalled,
        proofMemory: { redeem: async () => true },
        issuance: { count: async () => ({ isCounted: true, inHour: 1, inDay: 1 }) },
      },
    );
  }

  async activity(): Promise<readonly boolean[]> {
    const look = this.#memory.records.open('activity');
    const live = await Promise.all(this.#tokens.map((claims) => liveTokenOf(claims, look, { clock })));
    return live.map((token) => token !== undefined);
  }

  hasGrant(): boolean {
    return this.#memory.find(grantKey(this.#client.id, this.#apiId)) !== undefined;
  }
}

test(`Sound 4: in ${SEQUENCES} random sequences of calls, a token is active only while its own client grant and API stand`, async () => {
  const calls = fc.array(fc.constantFrom(...CALLS), { minLength: 4, maxLength: 14 });
  let revivals = 0;
  await fc.assert(
    fc.asyncProperty(calls, async (sequence) => {
      const [model, product] = [new Model(), new Product()];
      for (const call of sequence) {
        model.apply(call);
        await product.apply(call);
      }
      const activity = model.activity();
      if (product.hasGrant() && activity.includes(false)) revivals += 1;
      expect(await product.activity()).toEqual(activity);
    }),
    { numRuns: SEQUENCES },
  );
  expect(revivals).toBeGreaterThan(SEQUENCES / 100);
});
