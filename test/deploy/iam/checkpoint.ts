import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type EngineProxy, type Fault, startEngineProxy } from '#test/support/world/engine-proxy.ts';
import type { DeployedPolicies } from './deployed-policies.ts';
import { judge, type Request } from './judge.ts';
import type { KeyPolicy, Ledger, RolePolicy } from './ledger.ts';
import type { Mishaps } from './mishaps.ts';
import { type Call, requestsOf } from './requests.ts';

/** The prefix of `x-amz-target` → the service in IAM. */
const services: Readonly<Record<string, string>> = {
  DynamoDB_20120810: 'dynamodb',
  TrentService: 'kms',
  AWSEvents: 'events',
};

const REFUSED: Fault = { kind: 'error', name: 'AccessDeniedException' };

/**
 * Starts the proxy through which all deployed functions reach AWS. It opens before the emulator, whose functions learn
 * its address.
 */
export function startCheckpoint(emulatorUrl: string): Promise<EngineProxy> {
  return startEngineProxy({ url: emulatorUrl });
}

/**
 * Lets the policies decide about each call. A call that they refuse does not reach the emulator, and is answered as AWS
 * answers it.
 */
export function guard(checkpoint: EngineProxy, policies: DeployedPolicies, ledger: Ledger, mishaps: Mishaps): void {
  checkpoint.injectFault(async (operation, text, { headers }) => {
    const functionName = functionOf(String(headers.authorization));
    const [prefix = ''] = String(headers['x-amz-target']).split('.');
    const call: Call = { action: `${services[prefix] ?? prefix}:${operation}`, body: JSON.parse(text) };
    try {
      const isAllowed = await decide(functionName, call, policies, ledger);
      return isAllowed ? mishaps.befall(functionName, call) : REFUSED;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      ledger.refuse(functionName, call.action, `it cannot be judged: ${reason}`);
      return REFUSED;
    }
  });
}

/** What decides about one request. */
interface Case {
  readonly request: Request;
  readonly role: RolePolicy;
  readonly key: KeyPolicy | undefined;
}

/** A deployment changes policies while functions run. So a refusal counts only by the newest policies. */
async function decide(functionName: string, call: Call, policies: DeployedPolicies, ledger: Ledger): Promise<boolean> {
  const isAllowed = ({ request, role, key }: Case) =>
    judge(request, role, { role: role.statements, key: key?.statements }).isAllowed;
  const open = () => casesOf(functionName, call, policies);
  const first = await open().catch(() => undefined);
  if (!first?.every(isAllowed)) policies.forget();
  const cases = first?.every(isAllowed) ? first : await open();
  return cases.map(({ request, role, key }) => ledger.enter(request, role, key)).every((one) => one.isAllowed);
}

async function casesOf(functionName: string, call: Call, policies: DeployedPolicies): Promise<readonly Case[]> {
  const role = (await policies.roles()).get(functionName);
  if (role === undefined) throw new Error('the account has no function of this name');
  const requests = await requestsOf(call, policies);
  return Promise.all(
    requests.map(async (request) => ({
      request,
      role,
      key: request.keyArn === undefined ? undefined : await policies.policyOf(request.keyArn),
    })),
  );
}

/** Functions sign with their own names; `pathWithSigningNode` sees to it. */
function functionOf(authorization: string): string {
  return /Credential=([^/]+)\//.exec(authorization)?.[1] ?? '';
}

/**
 * Writes a program `node` for the emulator. It starts the real one with an access key that names the function, because
 * the emulator gives all functions the same, and with the address of the checkpoint. Events come to it as AWS sends them.
 * @returns a PATH on which this program is the first
 */
export function pathWithSigningNode(folder: string, checkpointUrl: string, path: string): string {
  const home = join(folder, 'bin');
  mkdirSync(home);
  const program = join(home, 'node');
  const identity = `AWS_ACCESS_KEY_ID="$AWS_LAMBDA_FUNCTION_NAME" AWS_ENDPOINT_URL='${checkpointUrl}'`;
  const command = `'${process.execPath}' --import '${import.meta.resolve('../aws-events.ts')}' "$@"`;
  writeFileSync(program, `#!/bin/sh\nexport ${identity}\nexec ${command}\n`);
  chmodSync(program, 0o755);
  return [home, path].join(delimiter);
}
