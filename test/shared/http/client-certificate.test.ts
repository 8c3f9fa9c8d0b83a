import { describe, expect, test } from 'vitest';
import { type GatewayEvent, readIncoming } from '#shared/http/incoming.ts';
import { httpApiEvent, restApiEvent } from '#test/support/gateway-events.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const clientCert = {
  clientCertPem: PEM,
  subjectDN: 'CN=export',
  issuerDN: 'CN=Acme Root',
  serialNumber: 'a1:b2',
  validity: { notBefore: 'Jan  2 03:04:05 2026 GMT', notAfter: 'Jan  2 03:04:05 2126 GMT' },
};
const call = {
  method: 'POST',
  route: '/oauth/token',
  headers: [
    ['x-ssl-client-cert', PEM],
    ['x-client-cert', PEM],
    ['x-forwarded-client-cert', `Cert="${PEM}"`],
    ['x-amzn-mtls-clientcert', PEM],
    ['x-amzn-mtls-clientcert-leaf', PEM],
    ['client-cert', ':MIIB:'],
  ],
} as const;

/** The event with more in its `requestContext`. */
function withContext(event: GatewayEvent, more: (context: { readonly identity?: object }) => object): GatewayEvent {
  return { ...event, requestContext: { ...event.requestContext, ...more(event.requestContext) } } as GatewayEvent;
}
const inIdentity =
  (certificate: unknown) =>
  ({ identity }: { readonly identity?: object }) => ({ identity: { ...identity, clientCert: certificate } });

describe('E3: the certificate of a request', () => {
  test.each([
    ['an HTTP API', withContext(httpApiEvent(call), () => ({ authentication: { clientCert } }))],
    ['a REST API', withContext(restApiEvent(call), inIdentity(clientCert))],
  ])('is what %s says of the connection', (_api, event) => {
    expect(readIncoming(event).certificate).toBe(PEM);
  });

  test.each([
    ['an HTTP API', httpApiEvent(call)],
    ['an HTTP API that says null', withContext(httpApiEvent(call), () => ({ authentication: null }))],
    [
      'an HTTP API with an empty part',
      withContext(httpApiEvent(call), () => ({ authentication: { clientCert: null } })),
    ],
    ['a REST API', restApiEvent(call)],
    ['a REST API that says null', withContext(restApiEvent(call), inIdentity(null))],
  ])('B24: is none where %s says nothing of it, whatever the headers say', (_api, event) => {
    expect(readIncoming(event).certificate).toBeUndefined();
  });
});
