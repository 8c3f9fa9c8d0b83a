import { RemovalPolicy } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { ProtectedApi } from '#shared/domain/checks/guard-request.ts';
import type { SigningAlgorithm } from '#shared/domain/records/permissions.ts';
import { bundlesDirectory } from './bundle.ts';
import type { AlarmSelection } from './constructs/alarms.ts';
import type { CustomDomain, MutualTlsDomain, RateLimit } from './constructs/http-api.ts';

/** The properties of the construct `Mintmark`. All are optional. */
export interface MintmarkProps {
  /**
   * The `iss` of all tokens: an https URL without path, query and slash at its end. Set it if clients reach Mintmark
   * through a proxy in front of its HTTP API. A change makes all tokens invalid.
   * @default the custom domain, else the HTTP API's own URL
   */
  readonly issuer?: string | undefined;
  /**
   * A domain of your own. The HTTP API's own URL is then switched off. Point the DNS record of the domain to
   * `mintmark.api.domain.regionalDomainName`.
   * @default none
   */
  readonly customDomain?: CustomDomain | undefined;
  /**
   * A second domain, which accepts only clients with certificates (mutual TLS, RFC 8705). Point its DNS record to
   * `mintmark.api.mutualTlsDomain.regionalDomainName`.
   * @default none: clients cannot authenticate with a certificate, and tokens are not bound to certificates
   */
  readonly mutualTlsDomain?: MutualTlsDomain | undefined;
  /**
   * The signing algorithms that APIs may choose. The deployment creates one KMS key for each.
   * @default ['RS256'], the only one that the JWT authorizers of API Gateway and ALB verify
   */
  readonly signingAlgorithms?: readonly SigningAlgorithm[] | undefined;
  /**
   * The audience of an exchange that names no audience although the client has access to several APIs.
   * @default the exchange is refused
   */
  readonly defaultAudience?: string | undefined;
  /**
   * Whether secrets of another product can be imported as bcrypt hashes. Each guess at a secret then costs a read and a
   * comparison. Switch it off when all clients have rotated their secrets.
   * @default false
   */
  readonly importedSecrets?: boolean | undefined;
  /**
   * Whether APIs may choose HS256, with a secret that they share with Mintmark. Anybody who knows the secret can forge
   * tokens for that API.
   * @default false
   */
  readonly hs256Apis?: boolean | undefined;
  /**
   * The removal policy of tables, keys and logs that are removed from the stack. Unless it is `DESTROY`, tables are also
   * protected from deletion, and a deleted key can be restored for 30 days.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy | undefined;
  /**
   * The limit of requests to the whole API.
   * @default 1000 requests per second, in bursts of 2000
   */
  readonly throttle?: RateLimit | undefined;
  /**
   * The limit of requests to each route that issues tokens: `POST /oauth/token`, the creation of API tokens, and the test
   * of an API. The whole account shares KMS's own limits for signatures.
   * @default 100 requests per second, in bursts of 200
   */
  readonly tokenThrottle?: RateLimit | undefined;
  /**
   * The limit of requests to each route whose answer can be signed: introspection, status lists, and the signed key set,
   * and to `POST /oauth/par`.
   * @default 500 requests per second, in bursts of 1000
   */
  readonly signedAnswerThrottle?: RateLimit | undefined;
  /**
   * The limit of requests to each route by which people ask for a code, type a code, or follow a link to log in.
   * @default 50 requests per second, in bursts of 100
   */
  readonly guessThrottle?: RateLimit | undefined;
  /**
   * The limit of requests that no route serves. Scanners ask for many paths, and all functions share the account's
   * concurrent executions; `reservedConcurrency` can hold the function `default-route` to a number of them.
   * @default 20 requests per second, in bursts of 20
   */
  readonly unservedThrottle?: RateLimit | undefined;
  /**
   * How long logs are kept.
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: RetentionDays | undefined;
  /**
   * The SNS topic that gets alarms.
   * @default none: alarms only show in CloudWatch
   */
  readonly alarmTopic?: ITopic | undefined;
  /**
   * Which alarms to leave out, by their names in the stack, such as `Refusals` or `Throttles-exchange`.
   * @default none: all alarms
   */
  readonly alarms?: AlarmSelection | undefined;
  /**
   * The EventBridge bus that gets audit events, with the source `mintmark`.
   * @default a new bus
   */
  readonly eventBus?: IEventBus | undefined;
  /**
   * Function name → reserved concurrent executions. The reservation is also the function's limit.
   * @default none, because small accounts have too few executions to reserve any
   */
  readonly reservedConcurrency?: Readonly<Record<string, number>> | undefined;
  /**
   * The address from which mails are sent, such as `login@example.com`. The address, its domain or a domain above must be
   * a verified identity of SES in the same region.
   * @default none: no mails are sent, and nobody can log in by e-mail
   */
  readonly mailFrom?: string | undefined;
  /**
   * Name → an API of yours that a Lambda authorizer protects; see `httpAuthorizer` and `restAuthorizer`.
   * @default none
   */
  readonly protectedApis?: Readonly<Record<string, ProtectedApi>> | undefined;
  /**
   * The folder of the functions' bundles.
   * @default the folder that `npm run bundle` writes
   */
  readonly bundlesDirectory?: string | undefined;
}

/** Fills in the default values. Properties whose default depends on other resources stay undefined. */
export function withDefaults(props: MintmarkProps) {
  return {
    ...props,
    importedSecrets: props.importedSecrets ?? false,
    hs256Apis: props.hs256Apis ?? false,
    signingAlgorithms: props.signingAlgorithms ?? (['RS256'] as const),
    removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    ...throttlesIn(props),
    logRetention: props.logRetention ?? RetentionDays.THREE_MONTHS,
    reservedConcurrency: props.reservedConcurrency ?? {},
    protectedApis: props.protectedApis ?? {},
    bundlesDirectory: props.bundlesDirectory ?? bundlesDirectory,
  };
}

/** The limits of requests, with their default values. */
function throttlesIn(props: MintmarkProps) {
  return {
    throttle: props.throttle ?? { requestsPerSecond: 1_000, burstRequests: 2_000 },
    tokenThrottle: props.tokenThrottle ?? { requestsPerSecond: 100, burstRequests: 200 },
    signedAnswerThrottle: props.signedAnswerThrottle ?? { requestsPerSecond: 500, burstRequests: 1_000 },
    guessThrottle: props.guessThrottle ?? { requestsPerSecond: 50, burstRequests: 100 },
    unservedThrottle: props.unservedThrottle ?? { requestsPerSecond: 20, burstRequests: 20 },
  };
}

/** The properties with their default values. */
export type MintmarkSettings = ReturnType<typeof withDefaults>;
