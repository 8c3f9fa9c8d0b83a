import { dynamoAudit } from '#shared/adapters/dynamo/audit/audit.ts';
import { dynamoDirectoryLister, dynamoIdentityRecords } from '#shared/adapters/dynamo/directory/directory.ts';
import { dynamoRecords } from '#shared/adapters/dynamo/directory/records.ts';
import { dynamoIssuance } from '#shared/adapters/dynamo/tokens/issuance.ts';
import { dynamoShortLivedWriter } from '#shared/adapters/dynamo/tokens/short-lived.ts';
import { kmsProviderSecretOpener } from '#shared/adapters/identity-providers/provider-secrets.ts';
import { upstreamProviders } from '#shared/adapters/identity-providers/upstream.ts';
import { sqsMailQueue } from '#shared/adapters/mail/mail-queue.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { providerLogin } from '#shared/api/pages/provider-login.ts';
import { lambda } from '#shared/http/lambda.ts';
import { providerPages } from '#shared/http/pages/provider-pages.ts';

const adapters = {
  ...ambient,
  records: dynamoRecords,
  directoryList: dynamoDirectoryLister,
  sessions: dynamoShortLivedWriter,
  interactions: dynamoShortLivedWriter,
  providerLogins: dynamoShortLivedWriter,
  providerSecretOpener: kmsProviderSecretOpener,
  upstream: upstreamProviders,
  identities: dynamoIdentityRecords,
  mailQueue: sqsMailQueue,
  issuance: dynamoIssuance,
  audit: dynamoAudit,
};

/** Sends people to identity providers, and takes them back. */
export const handler = lambda(providerLogin, adapters, providerPages);
