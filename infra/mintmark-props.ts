import { RemovalPolicy } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { ProtectedApi } from '#shared/domain/checks/guard-request.ts';
import type { SigningAlgorithm } from '#shared/domain/records/permissions.ts';
import { bundlesDirectory } from './bundle.ts';
import type { CustomDomain, MutualTlsDomain, RateLimit } from './http-api.ts';

export interface MintmarkProps {
  /**
   * The `iss` of all tokens: an https URL without path, query and slash at its end. Say it where clients reach Mintmark
   * through something in front of its HTTP API. Changing it makes all tokens worthless.
   * @default the custom domain, else the HTTP API's own URL
   */
  readonly issuer?: string | undefined;
  /**
   * A domain of your own; the HTTP API's own URL is then switched off. Point its DNS record to
   * `mintmark.api.domain.regionalDomainName`.
   * @default none
   */
  readonly customDomain?: CustomDomain | undefined;
  /**
   * A second domain, which takes clients with certificates only (mutual TLS, RFC 8705). Point its DNS record to
   * `mintmark.api.mutualTlsDomain.regionalDomainName`.
   * @default none: no token is bound to a certificate, and no client authenticates by one
   */
  readonly mutualTlsDomain?: MutualTlsDomain | undefined;
  /**
   * The algorithms that APIs may choose from, one KMS key each.
   * @default ['RS256'], the only one that the JWT authorizers of API Gateway and ALB verify
   */
  readonly signingAlgorithms?: readonly SigningAlgorithm[] | undefined;
  /**
   * The audience of exchanges that name none and could mean several.
   * @default such exchanges are refused
   */
  readonly defaultAudience?: string | undefined;
  /**
   * Whether secrets that another product made can be imported by their bcrypt hashes. Guesses at any secret then cost a
   * read and a comparison; switch it off again once all clients have rotated.
   * @default false
   */
  readonly importedSecrets?: boolean | undefined;
  /**
   * Whether APIs may have their tokens signed with HS256, by a secret that they share with Mintmark. In anybody's hands
   * it forges tokens for that API.
   * @default false
   */
  readonly hs256Apis?: boolean | undefined;
  /**
   * What happens to tables, keys and logs when they leave the stack. Anything but `DESTROY` also protects the tables
   * from deletion and makes a deleted key wait for 30 days.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy | undefined;
  /**
   * How much the whole API lets through.
   * @default 1000 requests per second, in bursts of 2000
   */
  readonly throttle?: RateLimit | undefined;
  /**
   * How much `POST /oauth/token` lets through. KMS's own limits for signatures are shared by the whole account.
   * @default 100 requests per second, in bursts of 200
   */
  readonly tokenThrottle?: RateLimit | undefined;
  /** @default RetentionDays.THREE_MONTHS */
  readonly logRetention?: RetentionDays | undefined;
  /**
   * Where alarms go.
   * @default nowhere: they show in CloudWatch only
   */
  readonly alarmTopic?: ITopic | undefined;
  /**
   * Where audit events go, with the source `mintmark`.
   * @default a bus of its own
   */
  readonly eventBus?: IEventBus | undefined;
  /**
   * Function name → concurrent executions set aside for it, which are also its limit.
   * @default none, because small accounts have too few to set any aside
   */
  readonly reservedConcurrency?: Readonly<Record<string, number>> | undefined;
  /**
   * Name → an API of yours to be guarded by a Lambda authorizer; see `httpAuthorizer` and `restAuthorizer`.
   * @default none
   */
  readonly protectedApis?: Readonly<Record<string, ProtectedApi>> | undefined;
  /**
   * Where the functions' bundles are, one folder each.
   * @default where `npm run bundle` writes them
   */
  readonly bundlesDirectory?: string | undefined;
}

/** The same with everything decided that has a default of its own. */
export function withDefaults(props: MintmarkProps) {
  return {
    ...props,
    importedSecrets: props.importedSecrets ?? false,
    hs256Apis: props.hs256Apis ?? false,
    signingAlgorithms: props.signingAlgorithms ?? (['RS256'] as const),
    removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    throttle: props.throttle ?? { requestsPerSecond: 1_000, burstRequests: 2_000 },
    tokenThrottle: props.tokenThrottle ?? { requestsPerSecond: 100, burstRequests: 200 },
    logRetention: props.logRetention ?? RetentionDays.THREE_MONTHS,
    reservedConcurrency: props.reservedConcurrency ?? {},
    protectedApis: props.protectedApis ?? {},
    bundlesDirectory: props.bundlesDirectory ?? bundlesDirectory,
  };
}

export type MintmarkSettings = ReturnType<typeof withDefaults>;
