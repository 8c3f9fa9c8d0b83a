import { dynamoAudit } from '../dynamo/audit/audit.ts';
import { dynamoRecords } from '../dynamo/directory/records.ts';
import { kmsVerifier } from '../kms/verifier.ts';
import { possession } from './possession.ts';

/** What recognises callers by management token, and writes down what they do. */
export const management = {
  records: dynamoRecords,
  verifier: kmsVerifier,
  ...possession,
  audit: dynamoAudit,
};
