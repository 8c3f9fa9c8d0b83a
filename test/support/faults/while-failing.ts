import type { EngineProxy, Fault } from '../world/engine-proxy.ts';

type Decision = (operation: string, body: string) => Fault | undefined;

/** Runs an act while an engine fails, and repairs the engine afterwards. */
export async function whileFailing<Result>(
  engine: EngineProxy,
  decide: Decision,
  run: () => Promise<Result>,
): Promise<Result> {
  engine.injectFault(decide);
  try {
    return await run();
  } finally {
    engine.injectFault(undefined);
  }
}

/** An error after which the SDK does not repeat the call. */
export function denied(): Fault {
  return { kind: 'error', name: 'AccessDeniedException' };
}

/** The engine does what it is asked, but its first reply to this operation never arrives. */
export function loseFirstReplyTo(operation: string): Decision {
  let isLost = false;
  return (called) => {
    if (called !== operation || isLost) return undefined;
    isLost = true;
    return { kind: 'lose-reply' };
  };
}
