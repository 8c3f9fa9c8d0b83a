import { dynamoAudit } from '#shared/adapters/dynamo/audit/audit.ts';
import {
  dynamoConsentRemover,
  dynamoDirectoryLister,
  dynamoDirectoryWriter,
  dynamoIdentityRemover,
  dynamoUserRecords,
} from '#shared/adapters/dynamo/directory/directory.ts';
import { dynamoRecords } from '#shared/adapters/dynamo/directory/records.ts';
import { dynamoIssuance } from '#shared/adapters/dynamo/tokens/issuance.ts';
import { dynamoShortLivedWriter } from '#shared/adapters/dynamo/tokens/short-lived.ts';
import { kmsIdTokenVerifier } from '#shared/adapters/kms/verifier.ts';
import { sqsMailQueue } from '#shared/adapters/mail/mail-queue.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { login } from '#shared/api/pages/login.ts';
import { lambda } from '#shared/http/lambda.ts';
import { accountPages } from '#shared/http/pages/account-pages.ts';
import { applicationLogoutPages } from '#shared/http/pages/application-logout-pages.ts';
import { identityPages } from '#shared/http/pages/identity-pages.ts';
import { invitationPages } from '#shared/http/pages/invitation-pages.ts';
import { linkPages } from '#shared/http/pages/link-pages.ts';
import { loginPages } from '#shared/http/pages/login-pages.ts';
import { logoutPages } from '#shared/http/pages/logout-pages.ts';
import { styleSheet } from '#shared/http/pages/style-sheet.ts';

const adapters = {
  ...ambient,
  records: dynamoRecords,
  directoryList: dynamoDirectoryLister,
  sessions: dynamoShortLivedWriter,
  interactions: dynamoShortLivedWriter,
  users: dynamoUserRecords,
  consentRemover: dynamoConsentRemover,
  identityRemover: dynamoIdentityRemover,
  newUsers: dynamoDirectoryWriter,
  invitations: dynamoDirectoryWriter,
  joining: dynamoDirectoryWriter,
  mailQueue: sqsMailQueue,
  issuance: dynamoIssuance,
  idTokenVerifier: kmsIdTokenVerifier,
  audit: dynamoAudit,
};

/** Logs people in, shows them their account, and logs them out. Each group of pages has a file in `shared/http/pages/`. */
export const handler = lambda(login, adapters, {
  ...loginPages,
  ...linkPages,
  ...invitationPages,
  ...accountPages,
  ...identityPages,
  ...logoutPages,
  ...applicationLogoutPages,
  styleSheet,
});
