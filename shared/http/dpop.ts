import type { MiddlewareObj } from '@middy/core';
import { acceptProof } from '#shared/domain/bind-token.ts';
import { currentNonce } from '#shared/domain/dpop-nonce.ts';
import type { PresentedProof } from '#shared/domain/dpop-proof.ts';
import type { CallerPorts } from './caller.ts';
import type { Incoming } from './incoming.ts';
import type { GatewayReply } from './replies.ts';

type Middleware = MiddlewareObj<Incoming, GatewayReply>;

/** The proof that a request carries, about that request as this issuer names it, whatever host the client asked for. */
export function presentedProof(
  { headers, method, pathTemplate, pathParameters }: Incoming,
  issuer: string,
): PresentedProof | undefined {
  const { dpop: value } = headers;
  if (value === undefined) return undefined;
  const path = pathTemplate.replaceAll(/\{(\w+)\}/g, (_, name: string) => pathParameters[name] ?? '');
  return { value, method, url: issuer + path };
}

/** Checks the proof of whoever trades a grant, before the grant itself. @throws DomainError as `acceptProof` does */
export function checkProof(ports: () => CallerPorts): Middleware {
  return {
    before: async ({ event }) => {
      if (event.route?.caller !== 'grant') return;
      const { issuer, pepper, proofVerifier, clock } = ports();
      const presented = presentedProof(event, issuer);
      if (presented === undefined) return;
      if (!pepper || !proofVerifier) throw new Error('The table lacks the grants that proofs need.');
      event.dpopNonce = await currentNonce({ pepper, clock });
      event.proof = await acceptProof(presented, { pepper, proofVerifier, clock });
    },
  };
}

/** Tells whoever sends proofs which nonce the next one needs (RFC 9449 §8.2). */
export function tellNonce(): Middleware {
  const tell = ({ event, response }: { event: Incoming; response: GatewayReply | null | undefined }) => {
    if (event.dpopNonce !== undefined && response != null) response.headers['dpop-nonce'] = event.dpopNonce;
  };
  return { after: tell, onError: tell };
}
