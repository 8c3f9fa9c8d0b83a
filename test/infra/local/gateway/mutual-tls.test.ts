import { expect, onTestFinished, test } from 'vitest';
import { startGateway } from '#infra/local/gateway/gateway.ts';
import { type ClientIdentity, newAuthority, selfSigned } from '#test/support/clients/certificates.ts';
import { fetchWith, mutualTlsTrusting } from '#test/support/clients/mutual-tls.ts';
import { echo } from './running-gateway.ts';

/** Starts a gateway that trusts one certificate authority and one self-signed certificate. */
async function start() {
  const authority = await newAuthority('Acme Root');
  const own = await selfSigned({ subject: [{ CN: ['alone'] }] });
  const mutualTls = await mutualTlsTrusting(authority.cert, own.cert);
  const route = { method: 'POST', path: '/echo', handler: echo };
  const gateway = await startGateway({
    httpRoutes: [route],
    restApis: [{ stage: 'dev', routes: [route] }],
    mutualTls,
  });
  onTestFinished(() => gateway.close());
  const eventOf = async (identity: ClientIdentity, path: string) => {
    const answer = await fetchWith(mutualTls, identity)(gateway.mutualTlsUrl + path, { method: 'POST' });
    return (await answer.json()) as {
      headers: Record<string, string>;
      requestContext: { authentication?: unknown; identity?: { clientCert: unknown } };
    };
  };
  return { gateway, authority, own, eventOf };
}

test('an event describes a client certificate as API Gateway does, in both payload formats', async () => {
  const { authority, eventOf } = await start();
  const subject = [{ C: ['DE'] }, { O: ['Acme, Inc.'] }, { CN: ['export'] }];
  const validity = { notBefore: new Date('2026-01-02T03:04:05Z'), notAfter: new Date('2126-01-02T03:04:05Z') };
  const identity = await authority.issue({ subject, ...validity });
  const clientCert = {
    clientCertPem: identity.cert.replaceAll('\r', '').trim().concat('\n'),
    subjectDN: 'CN=export,O=Acme\\, Inc.,C=DE',
    issuerDN: 'CN=Acme Root',
    serialNumber: expect.stringMatching(/^01(:[\da-f]{2}){8}$/),
    validity: { notBefore: 'Jan  2 03:04:05 2026 GMT', notAfter: 'Jan  2 03:04:05 2126 GMT' },
  };
  const [http, rest] = [await eventOf(identity, '/echo'), await eventOf(identity, '/dev/echo')];
  expect(http.requestContext.authentication).toEqual({ clientCert });
  expect(rest.requestContext.identity?.clientCert).toEqual(clientCert);
  expect([http.headers['x-forwarded-proto'], rest.headers['X-Forwarded-Proto']]).toEqual(['https', 'https']);
});

test('a self-signed certificate is accepted only if it is in the truststore', async () => {
  const { own, eventOf } = await start();
  const { requestContext } = await eventOf(own, '/echo');
  expect(requestContext.authentication).toMatchObject({ clientCert: { subjectDN: 'CN=alone', issuerDN: 'CN=alone' } });
  await expect(eventOf(await selfSigned({ subject: [{ CN: ['alone'] }] }), '/echo')).rejects.toThrow();
});

test('E3: an event describes the certificate of the connection only, never a certificate in a header', async () => {
  const { gateway } = await start();
  const headers = { 'x-ssl-client-cert': 'x', 'x-amzn-mtls-clientcert': 'x' };
  const contextAt = async (path: string) => {
    const answer = await fetch(gateway.url + path, { method: 'POST', headers });
    return ((await answer.json()) as { requestContext: { identity?: object } }).requestContext;
  };
  expect(await contextAt('/echo')).not.toHaveProperty('authentication');
  expect((await contextAt('/dev/echo')).identity).toMatchObject({ clientCert: null });
});

test('a gateway closes its first port if the second port is in use', async () => {
  const { gateway } = await start();
  const port = Number(new URL(gateway.url).port);
  const mutualTls = { ...(await mutualTlsTrusting()), port };
  await expect(startGateway({ httpRoutes: [], mutualTls })).rejects.toMatchObject({ code: 'EADDRINUSE', port });
});
