import type { Desk, Prepare } from './desk.ts';

interface ShownKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly state: string;
}

/** Requests about the keys that sign access tokens. None of them touches a key that other requests need. */
export function signingKeyRequests({ manage, read, run, spareAlgorithm }: Desk) {
  const collection = '/v1/signing-keys';
  /** A key that waits for its turn. The next run makes another one. */
  const pending = async () => {
    await run('rotate-signing-keys');
    const { items } = await read<{ items: readonly ShownKey[] }>(collection);
    const key = items.find(({ algorithm, state }) => algorithm === spareAlgorithm && state === 'pending');
    if (key === undefined) throw new Error('No key is waiting.');
    return `${collection}/${key.kid}`;
  };
  return {
    getSigningKeys: async () => manage('GET', collection),
    rotateSigningKey: async () => manage('POST', `${await pending()}/rotate`),
    revokeSigningKey: async () => manage('POST', `${await pending()}/revoke`),
    updateSigningKey: async () => manage('PATCH', await pending(), { retain: true }),
  } satisfies Record<string, Prepare>;
}
