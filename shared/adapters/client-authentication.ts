import { joseAssertionVerifier } from './assertion-verifier.ts';
import { bcryptHasher } from './bcrypt-hasher.ts';
import { joseCertificateVerifier } from './certificate-verifier.ts';
import { dynamoAssertionMemory } from './dynamo/assertion-memory.ts';
import { dynamoAudit } from './dynamo/audit.ts';
import { dynamoStanding } from './dynamo/standing.ts';
import { dynamoUsageNotes } from './dynamo/usage.ts';
import { sharedFailureCounter } from './failure-counter.ts';
import { kmsPepper } from './kms/pepper.ts';

/** What recognises clients by secret, key or certificate, and writes down whom it refused. */
export const clientAuthentication = {
  standing: dynamoStanding,
  pepper: kmsPepper,
  hasher: bcryptHasher,
  failures: sharedFailureCounter,
  usageNotes: dynamoUsageNotes,
  assertionVerifier: joseAssertionVerifier,
  assertionMemory: dynamoAssertionMemory,
  certificateVerifier: joseCertificateVerifier,
  audit: dynamoAudit,
};
