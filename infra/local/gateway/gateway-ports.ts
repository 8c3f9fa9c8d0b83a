import type { LambdaRuntime } from './lambda-runtime.ts';

/** What an API needs from its gateway: a Lambda runtime and a clock. */
export interface GatewayPorts {
  readonly lambda: LambdaRuntime;
  readonly nowMilliseconds: () => number;
}
