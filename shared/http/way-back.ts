import httpSecurityHeaders from '@middy/http-security-headers';
import type { LambdaTable } from '#shared/api/table.ts';
import { leaveOutBody, shareDocuments, shareWithAllowedOrigins, shareWithPagesOfClient } from './share-origins.ts';
import type { StepPorts } from './step-ports.ts';
import { answerErrors } from './steps/answer-errors.ts';
import { tellNonce } from './steps/possession.ts';
import { nameRequest } from './steps/read-event.ts';
import { auditRefusals } from './steps/refusals.ts';
import { tellQuotas } from './steps/request-quota.ts';
import type { Middleware } from './steps/step.ts';
import { writeLog } from './steps/write-log.ts';

/** Security headers for answers that no browser renders (ASVS 3.4). The headers for pages are off. */
const securityHeaders = {
  strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: true, preload: false },
  contentTypeOptions: { action: 'nosniff' },
  contentSecurityPolicy: false,
  crossOriginEmbedderPolicy: false,
  crossOriginOpenerPolicy: false,
  crossOriginResourcePolicy: false,
  dnsPrefetchControl: false,
  downloadOptions: false,
  frameOptions: false,
  originAgentCluster: false,
  permissionsPolicy: false,
  permittedCrossDomainPolicies: false,
  reportTo: false,
  xssProtection: false,
} as const;

/**
 * Lists the steps on the way back to the caller. They run from top to bottom, for replies and for errors alike;
 * `auditRefusals` and `answerErrors` act on errors only.
 *
 * The list is reversed for middy, which runs `after` and `onError` from its last step to its first.
 */
export function onTheWayBack(table: LambdaTable, ports: () => StepPorts): Middleware[] {
  return [
    auditRefusals(ports),
    answerErrors(table, ports),
    httpSecurityHeaders(securityHeaders),
    tellNonce(),
    tellQuotas(),
    nameRequest(),
    shareDocuments(),
    shareWithAllowedOrigins(ports),
    shareWithPagesOfClient(ports),
    leaveOutBody(),
    writeLog(table),
  ].toReversed();
}
