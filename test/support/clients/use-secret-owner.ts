import { beforeEach } from 'vitest';
import type { Manage } from '../arrange/manage.ts';
import { withoutUses } from '../ask/answers.ts';
import { exchangeOutcome } from '../ask/scope-or-refusal.ts';
import type { Acme, Credentials, World } from '../world/world.ts';
import { obtainSecret, type SecretOwner, type ShownSecrets, type secretOwners } from './secret-owners.ts';

/** The answer of `exchangeOutcome` about a secret that works. */
export const GRANTED = 'read:reports';
/** The answer of `exchangeOutcome` about a secret that does not work. */
export const REFUSED = '401 invalid_client';

interface Place {
  readonly world: World;
  readonly manage: Manage;
  readonly acme: Acme;
}

/** Makes a new owner of secrets before each test, and the requests about its secrets. Read `owner` in tests only. */
export function useSecretOwner({ world, manage, acme }: Place, create: (typeof secretOwners)[number]['create']) {
  const owner = {} as SecretOwner;
  beforeEach(async () => {
    Object.assign(owner, await create(manage, acme));
  });
  return {
    owner,
    add: (body: object = {}) => obtainSecret(manage, owner, 'secrets', body),
    rotate: (graceSeconds: number) => obtainSecret(manage, owner, 'secrets/rotate', { graceSeconds }),
    remove: (secretId: string) => manage('DELETE', `${owner.path}/secrets/${secretId}`),
    show: async () => withoutUses((await manage('GET', owner.path)).body as ShownSecrets),
    /** The outcome of an exchange with each of these secrets. */
    exchangeOutcomes: (...all: readonly Credentials[]) =>
      Promise.all(all.map((credentials) => exchangeOutcome(world, credentials))),
  };
}
