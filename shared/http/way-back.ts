import httpSecurityHeaders from '@middy/http-security-headers';
import type { LambdaTable } from '#shared/api/table.ts';
import type { StepPorts } from './step-ports.ts';
import { answerErrors } from './steps/answer-errors.ts';
import { tellNonce } from './steps/possession.ts';
import { nameRequest } from './steps/read-event.ts';
import { auditRefusals } from './steps/refusals.ts';
import { tellQuotas } from './steps/request-quota.ts';
import type { Middleware } from './steps/step.ts';
import { writeLog } from './steps/write-log.ts';

/** Headers for answers that no browser is meant to render (ASVS 3.4); everything about pages is off. */
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
 * The way back to the caller, of a reply and of an error alike: these steps run from top to bottom. `auditRefusals` and
 * `answerErrors` act on errors only, the others on both.
 *
 * The list is handed over in reverse, because middy runs what steps do on the way back (`after`, `onError`) from the
 * last step that was given to it to the first.
 */
export function onTheWayBack(table: LambdaTable, ports: () => StepPorts): Middleware[] {
  return [
    auditRefusals(ports),
    answerErrors(table, ports),
    httpSecurityHeaders(securityHeaders),
    tellNonce(),
    tellQuotas(),
    nameRequest(),
    writeLog(table),
  ].toReversed();
}
