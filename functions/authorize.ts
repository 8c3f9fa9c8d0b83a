import { dynamoAudit } from '#shared/adapters/dynamo/audit/audit.ts';
import { dynamoConsentRecords, dynamoDirectoryLister } from '#shared/adapters/dynamo/directory/directory.ts';
import { dynamoRecords } from '#shared/adapters/dynamo/directory/records.ts';
import { dynamoShortLivedWriter } from '#shared/adapters/dynamo/tokens/short-lived.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { authorize } from '#shared/api/pages/authorize.ts';
import { lambda } from '#shared/http/lambda.ts';
import { authorizePages } from '#shared/http/pages/authorize-pages.ts';

const adapters = {
  ...ambient,
  records: dynamoRecords,
  directoryList: dynamoDirectoryLister,
  sessions: dynamoShortLivedWriter,
  interactions: dynamoShortLivedWriter,
  codes: dynamoShortLivedWriter,
  pushedRequests: dynamoShortLivedWriter,
  consents: dynamoConsentRecords,
  pepper: kmsPepper,
  audit: dynamoAudit,
};

/** Asks people whether an application may act for them: the authorization endpoint of RFC 6749 §3.1 and its pages. */
export const handler = lambda(authorize, adapters, authorizePages);
