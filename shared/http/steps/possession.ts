import type { MiddlewareObj } from '@middy/core';
import { readsProofs } from '#shared/api/table.ts';
import type { Clock } from '#shared/domain/ambient.ts';
import { currentCertificate } from '#shared/domain/authentication/client-certificate.ts';
import { currentNonce } from '#shared/domain/authentication/dpop.ts';
import type { CertificateReader, ProofVerifier } from '#shared/domain/authentication/ports.ts';
import { acceptProof } from '#shared/domain/grants/bind-token.ts';
import type { Pepper } from '#shared/domain/keys/ports.ts';
import { type Origins, presentedProof } from '../caller/presented-proof.ts';
import type { GatewayReply } from '../reply/replies.ts';
import type { Incoming } from '../request/incoming.ts';

type Middleware = MiddlewareObj<Incoming, GatewayReply>;

interface Ports extends Origins {
  readonly certificates: CertificateReader;
  readonly pepper: Pepper;
  readonly proofVerifier: ProofVerifier;
  readonly clock: Clock;
}

/**
 * Checks the DPoP proof and the certificate of a request that trades a grant, or pushes one, before the grant itself is
 * checked.
 * @throws DomainError as `acceptProof` does
 */
export function checkPossession(ports: () => Ports): Middleware {
  return {
    before: async ({ event }) => {
      if (event.route === undefined || !readsProofs(event.route)) return;
      const proof = await proofOf(event, ports());
      event.possession = { proof, certificate: currentCertificate(event.certificate, ports()) };
    },
  };
}

async function proofOf(event: Incoming, ports: Ports) {
  const presented = presentedProof(event, ports);
  if (presented === undefined) return undefined;
  event.dpopNonce = await currentNonce(ports);
  return acceptProof(presented, ports);
}

/** Tells a client that sent a proof which nonce its next proof needs (RFC 9449 §8.2). */
export function tellNonce(): Middleware {
  const tell = ({ event, response }: { event: Incoming; response: GatewayReply | null | undefined }) => {
    if (event.dpopNonce !== undefined && response != null) response.headers['dpop-nonce'] = event.dpopNonce;
  };
  return { after: tell, onError: tell };
}
