import type { LambdaRuntime } from './lambda-runtime.ts';

/** The ports that an API gets from its gateway: a Lambda runtime and a clock. */
export interface GatewayPorts {
  readonly lambda: LambdaRuntime;
  readonly nowMilliseconds: () => number;
}
