import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { exchange } from '#shared/api/oauth/oauth.ts';
import { MAILS_OF_A_DAY_MAX } from '#shared/domain/login/mail-limits.ts';
import type { SigningAlgorithm } from '#shared/domain/records/permissions.ts';
import type { PublicApi } from './http-api.ts';
import type { Mails } from './mails/mails.ts';

const MINUTE = { period: Duration.minutes(1) };

const FIVE_MINUTES = { period: Duration.minutes(5) };

const DAY = { period: Duration.days(1) };

interface AlarmRule {
  /** The problem that the alarm reports, for the people on call. */
  readonly means: string;
  readonly metric: IMetric;
  /** The alarm is raised if the metric has this value or a higher value. */
  readonly threshold: number;
  /** How many periods in a row must reach the threshold; 1 if absent. */
  readonly periods?: number;
}

type AlarmRules = Readonly<Record<string, AlarmRule>>;

/** Which alarms a deployment has. */
export interface AlarmSelection {
  /** The names of the alarms to leave out. */
  readonly omit: readonly string[];
}

/** The watched resources, and the topic that gets alarms. */
export interface AlarmsProps {
  readonly api: PublicApi;
  readonly functions: ReadonlyMap<string, IFunction>;
  readonly signingAlgorithms: readonly SigningAlgorithm[];
  /** Undefined in a deployment that sends no mails. */
  readonly mails: Mails | undefined;
  /** The topic that gets alarms. Without a topic they only show in CloudWatch. */
  readonly alarmTopic?: ITopic | undefined;
  readonly alarms?: AlarmSelection | undefined;
}

/**
 * Creates the alarms of a deployment in CloudWatch. Missing data is no alarm, so a deployment without traffic is quiet.
 * @throws Error if an alarm to leave out does not exist
 */
export function createAlarms(scope: Construct, { alarmTopic, alarms, ...watched }: AlarmsProps): void {
  const home = new Construct(scope, 'Alarms');
  for (const [id, { means, metric, threshold, periods = 1 }] of selectedRules(watched, alarms?.omit ?? [])) {
    const alarm = new Alarm(home, id, {
      alarmDescription: `Mintmark: ${means}`,
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (alarmTopic) alarm.addAlarmAction(new SnsAction(alarmTopic));
  }
}

function selectedRules(
  { api, functions, signingAlgorithms, mails }: Omit<AlarmsProps, 'alarms' | 'alarmTopic'>,
  omit: readonly string[],
): readonly [string, AlarmRule][] {
  const rules: AlarmRules = {
    ...apiRules(api),
    ...tokenRouteRules(api),
    ...quotaRules(signingAlgorithms),
    ...functionRules(functions),
    ...(mails && mailRules(mails)),
  };
  for (const name of omit) {
    if (rules[name] === undefined) {
      throw new Error(`Mintmark has no alarm "${name}" to leave out. It has ${Object.keys(rules).join(', ')}.`);
    }
  }
  return Object.entries(rules).filter(([name]) => !omit.includes(name));
}

function apiRules({ httpApi }: PublicApi): AlarmRules {
  return {
    ServerErrors: {
      means: 'requests fail with 5xx; look at the functions’ logs for the cause',
      metric: httpApi.metricServerError(FIVE_MINUTES),
      threshold: 5,
    },
    SlowAnswers: {
      means: 'one response in a hundred takes more than three seconds',
      metric: httpApi.metricLatency({ ...FIVE_MINUTES, statistic: 'p99' }),
      threshold: 3_000,
      periods: 3,
    },
    Refusals: {
      means: 'most requests are refused (4xx): somebody is guessing, or a client is broken',
      metric: new MathExpression({
        ...FIVE_MINUTES,
        expression: 'IF(requests > 100, 100 * refused / requests, 0)',
        usingMetrics: { refused: httpApi.metricClientError(), requests: httpApi.metricCount({ statistic: 'Sum' }) },
        label: 'Refused requests, per cent',
      }),
      threshold: 50,
      periods: 3,
    },
  };
}

/** KMS has no metric for its errors. When KMS does not sign, the token route answers 5xx. */
function tokenRouteRules({ httpApi, stage }: PublicApi): AlarmRules {
  const { method: Method, path: Resource } = exchange.routes.token;
  const ofTokenRoute = {
    ...FIVE_MINUTES,
    namespace: 'AWS/ApiGateway',
    dimensionsMap: { ApiId: httpApi.apiId, Stage: stage.stageName, Method, Resource },
  };
  return {
    SigningFailures: {
      means: 'tokens cannot be issued: KMS does not sign, or the tables do not answer',
      metric: new Metric({ ...ofTokenRoute, metricName: '5xx', statistic: 'Sum' }),
      threshold: 1,
    },
    SlowSigning: {
      means: 'one token in a hundred takes more than two seconds; KMS is slow',
      metric: new Metric({ ...ofTokenRoute, metricName: 'IntegrationLatency', statistic: 'p99' }),
      threshold: 2_000,
      periods: 3,
    },
  };
}

/**
 * The whole account shares KMS's quotas for signatures. Beyond a quota, KMS answers ThrottlingException and Mintmark
 * answers 503.
 */
function quotaRules(algorithms: readonly SigningAlgorithm[]): AlarmRules {
  const nameInCloudWatch = {
    RS256: 'CryptographicOperationsRsa',
    PS256: 'CryptographicOperationsRsa',
    ES256: 'CryptographicOperationsEcc',
    EdDSA: 'CryptographicOperationsEcc',
  };
  const ruleFor = (algorithm: SigningAlgorithm): AlarmRule => ({
    means: `the account uses 80 % of KMS's quota for ${algorithm} signatures; ask AWS for a higher quota`,
    metric: new MathExpression({
      ...MINUTE,
      expression: '100 * calls / SERVICE_QUOTA(calls)',
      usingMetrics: {
        calls: new Metric({
          namespace: 'AWS/Usage',
          metricName: 'CallCount',
          statistic: 'Sum',
          dimensionsMap: { Service: 'KMS', Type: 'API', Resource: nameInCloudWatch[algorithm], Class: 'None' },
        }),
      },
      label: 'Use of the quota, per cent',
    }),
    threshold: 80,
    periods: 3,
  });
  return Object.fromEntries(algorithms.map((algorithm) => [`SigningQuota${algorithm}`, ruleFor(algorithm)]));
}

function functionRules(functions: ReadonlyMap<string, IFunction>): AlarmRules {
  const rulesFor = ([name, handler]: [string, IFunction]): [string, AlarmRule][] => [
    [
      `Errors-${name}`,
      { means: `${name} crashes or runs out of time`, metric: handler.metricErrors(FIVE_MINUTES), threshold: 1 },
    ],
    [
      `Throttles-${name}`,
      { means: `${name} has no concurrency left`, metric: handler.metricThrottles(FIVE_MINUTES), threshold: 1 },
    ],
  ];
  return Object.fromEntries([...functions].flatMap(rulesFor));
}

/** Each code that a person asks for is one message, also for an address that nobody has. */
function mailRules({ queue, deadLetters }: Mails): AlarmRules {
  return {
    UnsentMails: {
      means: 'mails could not be sent, again and again; look at the log of send-mails, and at SES',
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ ...FIVE_MINUTES, statistic: 'Maximum' }),
      threshold: 1,
    },
    ManyMails: {
      means: 'four fifths of the codes that a day permits were asked for; at the limit, nobody gets a code',
      metric: queue.metricNumberOfMessagesSent({ ...DAY, statistic: 'Sum' }),
      threshold: 0.8 * MAILS_OF_A_DAY_MAX,
    },
  };
}
