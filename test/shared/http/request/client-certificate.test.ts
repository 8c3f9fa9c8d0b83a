import { describe, expect, test } from 'vitest';
import { type GatewayEvent, readIncoming } from '#shared/http/request/incoming.ts';
import { httpApiEvent, restApiEvent } from '#test/support/ports/gateway-events.ts';

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

/** An event of an HTTP API, with this `authentication` member. */
function httpEventWith(authentication: unknown): GatewayEvent {
  const event = httpApiEvent(call);
  return { ...event, requestContext: { ...event.requestContext, authentication } } as GatewayEvent;
}

function restEventWith(certificate: unknown): GatewayEvent {
  const identity = { sourceIp: '192.0.2.1', userAgent: 'probe/1', clientCert: certificate };
  const event = restApiEvent(call);
  return { ...event, requestContext: { ...event.requestContext, identity } } as GatewayEvent;
}

describe('E3: the certificate of a request', () => {
  test.each([
    ['an HTTP API', httpEventWith({ clientCert })],
    ['a REST API', restEventWith(clientCert)],
  ])('is the certificate that %s reports for the connection', (_api, event) => {
    expect(readIncoming(event).certificate).toBe(PEM);
  });

  test.each([
    ['an HTTP API', httpApiEvent(call)],
    ['an HTTP API with null', httpEventWith(null)],
    ['an HTTP API with an empty part', httpEventWith({ clientCert: null })],
    ['a REST API', restApiEvent(call)],
    ['a REST API with null', restEventWith(null)],
  ])('B24: is absent if %s reports none, even if headers have one', (_api, event) => {
    expect(readIncoming(event).certificate).toBeUndefined();
  });
});
