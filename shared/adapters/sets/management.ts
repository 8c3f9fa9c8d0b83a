import { dynamoAudit } from '../dynamo/audit/audit.ts';
import { dynamoRecords } from '../dynamo/directory/records.ts';
import { kmsVerifier } from '../kms/verifier.ts';
import { possession } from './possession.ts';

/** The adapters that authenticate callers of the management API by their token, and audit what they do. */
export const management = {
  records: dynamoRecords,
  verifier: kmsVerifier,
  ...possession,
  audit: dynamoAudit,
};
