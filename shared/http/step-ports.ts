import type { UsageNotes } from '#shared/domain/authentication/ports.ts';
import type { AuditLog } from '#shared/domain/records/audit.ts';
import type { RequestMemory } from '#shared/domain/requests.ts';
import type { AmbientPorts } from '#shared/ports.ts';
import type { CallerPorts } from './caller/caller.ts';

/**
 * The ports of the steps around an operation. A function has only those that its table grants; `lambdaTable` refuses to
 * compile a table that lacks a grant which the steps need for its callers, lists or creations. Steps test for themselves
 * whether the optional ones are there.
 */
export type StepPorts = AmbientPorts &
  CallerPorts & {
    readonly usageNotes: UsageNotes;
    readonly memory: RequestMemory;
    readonly audit?: AuditLog;
  };
