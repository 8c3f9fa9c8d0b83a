import type { Fault } from '#test/support/world/engine-proxy.ts';
import type { Call } from './requests.ts';

/** The failures of calls that a deployment has to survive. Some grants are used only then. */
export interface Mishaps {
  /** Decides whether a permitted call of a function fails, and how. */
  befall(functionName: string, call: Call): Fault | undefined;
  /** Performs an act while no record can be written. */
  whileRecordsFail<Result>(act: () => Promise<Result>): Promise<Result>;
}

/** Writes beside the records: a request fails only after these. */
const BESIDE = new Set(['idempotency', 'dpop', 'used', 'failures', 'quota', 'roster']);

const LOST: Fault = { kind: 'lose-reply' };
const BROKEN: Fault = { kind: 'error', name: 'InternalServerError', status: 500 };

/**
 * Loses the reply of the first conditional write of each kind of item by each function. After a lost reply the function
 * has to look whether its write was the one that counts.
 */
export function openMishaps(): Mishaps {
  const lost = new Set<string>();
  let areRecordsBroken = false;
  const loseOnce = (name: string) => {
    if (lost.has(name)) return undefined;
    lost.add(name);
    return LOST;
  };
  return {
    befall: (functionName, { action, body }) => {
      if (action !== 'dynamodb:PutItem') return undefined;
      const kind = kindOf(body);
      if (areRecordsBroken && kind !== undefined && !BESIDE.has(kind)) return BROKEN;
      return body.ConditionExpression === undefined ? undefined : loseOnce(`${functionName} ${kind}`);
    },
    whileRecordsFail: async (act) => {
      areRecordsBroken = true;
      try {
        return await act();
      } finally {
        areRecordsBroken = false;
      }
    },
  };
}

/** The kind of an item: `role` of `role#rol_…`, and `client` of a client; undefined for an audit event. */
function kindOf(body: Call['body']): string | undefined {
  const { key, id } = body.Item as Readonly<Record<string, { readonly S?: string } | undefined>>;
  return key?.S?.split('#')[0] ?? (id === undefined ? undefined : 'client');
}
