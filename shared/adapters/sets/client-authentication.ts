import { dynamoAudit } from '../dynamo/audit/audit.ts';
import { dynamoRecords } from '../dynamo/directory/records.ts';
import { dynamoAssertionMemory } from '../dynamo/tokens/assertion-memory.ts';
import { sharedFailureCounter } from '../dynamo/tokens/failure-counter.ts';
import { dynamoUsageNotes, dynamoUsageReader } from '../dynamo/tokens/usage.ts';
import { joseAssertionVerifier } from '../jose/assertion-verifier.ts';
import { joseCertificateVerifier } from '../jose/certificate-verifier.ts';
import { kmsPepper } from '../kms/pepper.ts';
import { bcryptHasher } from '../node/bcrypt-hasher.ts';

/** The adapters that authenticate clients by secret, key or certificate, count their failures and audit refusals. */
export const clientAuthentication = {
  records: dynamoRecords,
  pepper: kmsPepper,
  hasher: bcryptHasher,
  failures: sharedFailureCounter,
  usageNotes: dynamoUsageNotes,
  usage: dynamoUsageReader,
  assertionVerifier: joseAssertionVerifier,
  assertionMemory: dynamoAssertionMemory,
  certificateVerifier: joseCertificateVerifier,
  audit: dynamoAudit,
};
