import type { MiddlewareObj } from '@middy/core';
import { currentCertificate } from '#shared/domain/authentication/client-certificate.ts';
import { currentNonce } from '#shared/domain/authentication/dpop.ts';
import { acceptProof } from '#shared/domain/grants/bind-token.ts';
import type { CallerPorts } from '../caller/caller-ports.ts';
import { presentedProof } from '../caller/presented-proof.ts';
import type { GatewayReply } from '../reply/replies.ts';
import type { Incoming } from '../request/incoming.ts';

type Middleware = MiddlewareObj<Incoming, GatewayReply>;

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
