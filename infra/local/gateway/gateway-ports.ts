import type { LambdaRuntime } from './lambda-runtime.ts';

/** What an API needs from the gateway it is served by. */
export interface GatewayPorts {
  readonly lambda: LambdaRuntime;
  readonly nowMilliseconds: () => number;
}
