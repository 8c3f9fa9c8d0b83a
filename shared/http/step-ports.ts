import type { UsageNotes } from '#shared/domain/authentication/ports.ts';
import type { AuditLog } from '#shared/domain/records/audit.ts';
import type { RequestMemory } from '#shared/domain/requests.ts';
import type { AmbientPorts } from '#shared/ports.ts';
import type { CallerPorts } from './caller/caller.ts';

/**
 * The ports of the steps around an operation. A function has only the ports that its table grants. A table without the
 * grants that the steps need for its callers, lists and creations does not compile (`lambdaTable`). Each step tests
 * whether its optional ports are there.
 */
export type StepPorts = AmbientPorts &
  CallerPorts & {
    readonly usageNotes: UsageNotes;
    readonly memory: RequestMemory;
    readonly audit?: AuditLog;
  };
