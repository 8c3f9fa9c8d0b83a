import type { Fault } from '../world/engine-proxy.ts';

/** One way in which a call to DynamoDB or KMS fails, with all its repeats. */
export interface CallFailure {
  readonly name: string;
  readonly fault: Fault;
  /** How often the AWS SDK makes the call. */
  readonly tries: 1 | 2;
  /** Whether the request succeeds all the same. */
  readonly isHarmless?: true;
  /** Whether every later call to this engine goes wrong in the same way. */
  readonly isOutage?: true;
}

/** Errors that may pass: the SDK makes the call again. */
const passing = (name: string, status: number): CallFailure => ({
  name,
  fault: { kind: 'error', name, status },
  tries: 2,
});

/** Errors that stay, however often the call is made. */
const staying = (name: string): CallFailure => ({ name, fault: { kind: 'error', name }, tries: 1 });

const onTheWay: readonly CallFailure[] = [
  { name: 'silence', fault: { kind: 'hang' }, tries: 2 },
  { name: 'silence from here on', fault: { kind: 'hang' }, tries: 2, isOutage: true },
  { name: 'a broken connection', fault: { kind: 'reset' }, tries: 2 },
  { name: 'a lost reply', fault: { kind: 'lose-reply' }, tries: 2 },
  { name: 'half a reply', fault: { kind: 'truncate' }, tries: 1 },
  { name: 'a late reply', fault: { kind: 'delay', milliseconds: 200 }, tries: 1, isHarmless: true },
];

/** The failures of either engine. Every call site is probed with the first of its engine. */
export const callFailures: Readonly<Record<'dynamo' | 'kms', readonly [CallFailure, ...CallFailure[]]>> = {
  dynamo: [
    passing('InternalServerError', 500),
    passing('ServiceUnavailable', 503),
    passing('ThrottlingException', 400),
    passing('ProvisionedThroughputExceededException', 400),
    passing('RequestLimitExceeded', 400),
    staying('ResourceNotFoundException'),
    staying('ExpiredTokenException'),
    staying('UnrecognizedClientException'),
    staying('AccessDeniedException'),
    ...onTheWay,
  ],
  kms: [
    passing('KMSInternalException', 500),
    passing('DependencyTimeoutException', 503),
    passing('KeyUnavailableException', 500),
    passing('ThrottlingException', 400),
    staying('DisabledException'),
    staying('KMSInvalidStateException'),
    staying('NotFoundException'),
    staying('InvalidKeyUsageException'),
    staying('AccessDeniedException'),
    ...onTheWay,
  ],
};
