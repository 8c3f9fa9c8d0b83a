import httpHeaderNormalizer from '@middy/http-header-normalizer';
import type { LambdaTable } from '#shared/api/table.ts';
import type { StepPorts } from './step-ports.ts';
import { audit } from './steps/audit.ts';
import { checkInput, decodeMembers } from './steps/check-input.ts';
import { openCursors } from './steps/cursors.ts';
import { findRoute, nameTemplate } from './steps/find-route.ts';
import { answerRepeats } from './steps/idempotency.ts';
import { noteUse } from './steps/note-use.ts';
import { checkPossession } from './steps/possession.ts';
import { readEvent } from './steps/read-event.ts';
import { authorizeCaller, recogniseCaller } from './steps/recognise-caller.ts';
import { countRequests } from './steps/request-quota.ts';
import type { Middleware } from './steps/step.ts';
import { watchFailures } from './steps/write-log.ts';

/**
 * Lists the steps on the way of a request to its operation. They run from top to bottom, and the first step that throws
 * ends the way. Three steps act on the way back, too, before all steps of `way-back.ts`: first `audit`, then
 * `answerRepeats`, then `noteUse`.
 */
export function onTheWayIn(table: LambdaTable, ports: () => StepPorts): Middleware[] {
  return [
    httpHeaderNormalizer(),
    readEvent(),
    ...(table.greedyBelow === undefined ? [] : [nameTemplate(table)]),
    findRoute(table),
    watchFailures(ports),
    // The body can hold the caller's credentials. It is decoded here, and checked when the caller is known.
    decodeMembers(),
    checkPossession(ports),
    recogniseCaller(ports),
    countRequests(ports),
    noteUse(ports),
    authorizeCaller(ports),
    checkInput(),
    openCursors(ports),
    answerRepeats(ports),
    audit(ports),
  ];
}
