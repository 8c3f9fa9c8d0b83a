import { dynamoAudit } from '../dynamo/audit/audit.ts';
import { dynamoStanding } from '../dynamo/directory/standing.ts';
import { kmsVerifier } from '../kms/verifier.ts';
import { possession } from './possession.ts';

/** What recognises callers by management token, and writes down what they do. */
export const management = {
  standing: dynamoStanding,
  verifier: kmsVerifier,
  ...possession,
  audit: dynamoAudit,
};
