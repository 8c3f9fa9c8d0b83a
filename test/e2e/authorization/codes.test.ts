import { beforeEach, describe, expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { grantPermissions, registerApi } from '#test/support/clients/applications.ts';
import { newProofKey, type ProofKey, tokenProof } from '#test/support/clients/dpop.ts';
import {
  addressOf,
  answerIn,
  CodeRequest,
  newThirdParty,
  openAs,
  REDIRECT_URI,
  type Redemption,
} from '#test/support/people/code-flow.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { basic } from '#test/support/world/deployment.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

const mailbox = new Mailbox();
const world = useWorld({ adapters: { mailQueue: () => mailbox } });
const acme = useAcme(world);

let application: Credentials;
beforeEach(async () => {
  // An address gets ten codes an hour, and a quota begins again with the hour.
  world.clock.advance(3_600 - (world.clock.nowSeconds() % 3_600));
  application = await newThirdParty(world, acme.apiId);
});

/** A code for a request, and the request that redeems it. */
async function newCode(changes: Readonly<Record<string, string>> = {}, permission = ['read:reports']) {
  const request = new CodeRequest(application.clientId, changes);
  const browser = new FormBrowser(world.url);
  const consent = await openAs(browser, request, { email: await addressOf(world, acme.userId), mailbox });
  const answer = answerIn(await browser.submit(consent, { decision: 'allow', permission }));
  return async (change: Redemption = {}) => {
    const { status, body } = await request.redeem(world, application, answer, change);
    const { error, access_token: token } = body as { error?: string; access_token?: string };
    return { status, outcome: error ?? (token === undefined ? 'nothing' : 'token') };
  };
}

const token = { status: 200, outcome: 'token' };

describe('M8: a code is not used up by a request', () => {
  test.each<[string, () => Promise<Redemption> | Redemption, string]>([
    ['without a code verifier', () => ({ parameters: { code_verifier: '' } }), 'invalid_request'],
    ['with another code verifier', () => ({ parameters: { code_verifier: 'v'.repeat(43) } }), 'invalid_grant'],
    ['with another redirect URI', () => ({ parameters: { redirect_uri: `${REDIRECT_URI}/` } }), 'invalid_grant'],
    ['for another API', () => ({ parameters: { resource: 'https://api.example.com/other' } }), 'invalid_target'],
    [
      'with a wrong secret',
      () => ({ headers: { authorization: basic({ ...application, clientSecret: 'wrong' }) } }),
      'invalid_client',
    ],
    [
      'of another application',
      async () => ({ headers: { authorization: basic(await newThirdParty(world, acme.apiId)) } }),
      'invalid_grant',
    ],
  ])('%s', async (_what, change, outcome) => {
    const redeem = await newCode();
    expect(await redeem(await change())).toMatchObject({ outcome });
    expect(await redeem()).toEqual(token);
  });

  test('without the proof of a key that the API requires, or with a proof that was used before', async () => {
    const api = await registerApi(world, ['read:ledger'], {
      userPermissions: 'all',
      dpopBoundAccessTokensRequired: true,
    });
    await grantPermissions(world, application, api.id, 'all', 'user');
    const key = await newProofKey();
    const redeem = await newCode({ scope: 'read:ledger', resource: api.identifier }, ['read:ledger']);
    expect(await redeem()).toEqual({ status: 400, outcome: 'invalid_dpop_proof' });
    const used = await usedProof(key);
    expect(await redeem({ headers: { dpop: used } })).toEqual({ status: 400, outcome: 'invalid_dpop_proof' });
    expect(await redeem({ headers: { dpop: await tokenProof(world, key) } })).toEqual(token);
  });

  test('by another key than the request named', async () => {
    const [key, other] = [await newProofKey(), await newProofKey()];
    const redeem = await newCode({ dpop_jkt: key.thumbprint });
    expect(await redeem()).toEqual({ status: 400, outcome: 'invalid_grant' });
    const headers = { dpop: await tokenProof(world, other) };
    expect(await redeem({ headers })).toEqual({ status: 400, outcome: 'invalid_grant' });
    expect(await redeem({ headers: { dpop: await tokenProof(world, key) } })).toEqual(token);
  });

  test('of an application that has used up its quota of tokens', async () => {
    const setQuota = (tokenQuota: object | null) =>
      world.manage('PATCH', `/v1/applications/${application.clientId}`, { tokenQuota });
    await setQuota({ perHour: 1 });
    expect(await (await newCode())()).toEqual(token);
    const redeem = await newCode({ prompt: 'consent' });
    expect(await redeem()).toEqual({ status: 429, outcome: 'temporarily_unavailable' });
    await setQuota(null);
    expect(await redeem()).toEqual(token);
  });
});

/** A proof that another request has used up. */
async function usedProof(key: ProofKey): Promise<string> {
  const proof = await tokenProof(world, key);
  const { status } = await world.send('POST', '/oauth/token', {
    headers: { authorization: basic(world.admin), dpop: proof },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  expect(status).toBe(200);
  return proof;
}
