import type { MiddlewareObj } from '@middy/core';
import { acceptProof } from '#shared/domain/bind-token.ts';
import { currentCertificate } from '#shared/domain/client-certificate.ts';
import { currentNonce } from '#shared/domain/dpop-nonce.ts';
import type { PresentedProof } from '#shared/domain/dpop-proof.ts';
import type { CallerPorts } from './caller.ts';
import type { Incoming } from './incoming.ts';
import type { GatewayReply } from './replies.ts';

type Middleware = MiddlewareObj<Incoming, GatewayReply>;

/** Under which names clients know this server. */
interface Origins {
  readonly issuer: string;
  readonly mutualTlsUrl: string | undefined;
}

/**
 * The proof that a request carries, about that request as this issuer names it, whatever host the client asked for.
 * Whoever came with a certificate came to the domain that asks for one.
 */
export function presentedProof(
  { headers, method, pathTemplate, pathParameters, certificate }: Incoming,
  { issuer, mutualTlsUrl = issuer }: Origins,
): PresentedProof | undefined {
  const { dpop: value } = headers;
  if (value === undefined) return undefined;
  const path = pathTemplate.replaceAll(/\{(\w+)\}/g, (_, name: string) => pathParameters[name] ?? '');
  return { value, method, url: (certificate === undefined ? issuer : mutualTlsUrl) + path };
}

/**
 * Checks what whoever trades a grant shows to possess, before the grant itself.
 * @throws DomainError as `acceptProof` does
 */
export function checkPossession(ports: () => CallerPorts): Middleware {
  return {
    before: async ({ event }) => {
      if (event.route?.caller !== 'grant') return;
      const proof = await proofOf(event, ports());
      event.possession = { proof, certificate: currentCertificate(event.certificate, ports()) };
    },
  };
}

async function proofOf(event: Incoming, ports: CallerPorts) {
  const presented = presentedProof(event, ports);
  if (presented === undefined) return undefined;
  const { pepper, proofVerifier, clock } = ports;
  if (!pepper || !proofVerifier) throw new Error('The table lacks the grants that proofs need.');
  event.dpopNonce = await currentNonce({ pepper, clock });
  return acceptProof(presented, { pepper, proofVerifier, clock });
}

/** Tells whoever sends proofs which nonce the next one needs (RFC 9449 §8.2). */
export function tellNonce(): Middleware {
  const tell = ({ event, response }: { event: Incoming; response: GatewayReply | null | undefined }) => {
    if (event.dpopNonce !== undefined && response != null) response.headers['dpop-nonce'] = event.dpopNonce;
  };
  return { after: tell, onError: tell };
}
