import { dynamoAudit } from '#shared/adapters/dynamo/audit/audit.ts';
import { dynamoClientChanger } from '#shared/adapters/dynamo/directory/clients.ts';
import { dynamoRecords } from '#shared/adapters/dynamo/directory/records.ts';
import { sharedFailureCounter } from '#shared/adapters/dynamo/tokens/failure-counter.ts';
import { dynamoRevocations } from '#shared/adapters/dynamo/tokens/revocations.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { kmsVerifier } from '#shared/adapters/kms/verifier.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { reportLeak } from '#shared/api/oauth/report-leak.ts';
import { endLeaked } from '#shared/domain/clients/report-leak.ts';
import { lambda } from '#shared/http/lambda.ts';
import { done } from '#shared/http/reply/replies.ts';

const adapters = {
  ...ambient,
  records: dynamoRecords,
  verifier: kmsVerifier,
  pepper: kmsPepper,
  failures: sharedFailureCounter,
  revocations: dynamoRevocations,
  clientChanger: dynamoClientChanger,
  audit: dynamoAudit,
};

/**
 * Ends leaked credentials. A reporter needs no other right, because it could also use the credential that it reports.
 */
export const handler = lambda(reportLeak, adapters, {
  reportLeak: async ({ body, source, auditAttempt }, ports) => {
    const unchangedBecause = await endLeaked({ ...body, source }, auditAttempt, ports);
    return { ...done(204), unchangedBecause };
  },
});
