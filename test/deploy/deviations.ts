/** One thing that MiniStack 1.5.33 does in another way than AWS, and what the run does about it. */
export interface Deviation {
  readonly emulator: string;
  readonly run: string;
}

/** The alarms on metric math: MiniStack refuses them, and with them the whole stack. */
export const METRIC_MATH_ALARMS = ['Refusals', 'SigningQuotaRS256'] as const;

/** The same alarms of a deployment that signs with ES256, too. */
export const METRIC_MATH_ALARMS_WITH_ES256 = [...METRIC_MATH_ALARMS, 'SigningQuotaES256'] as const;

/** All known deviations that touch the run. A new one is a line here, and never a silent exception in a step. */
export const deviations: readonly Deviation[] = [
  {
    emulator: 'refuses alarms on metric math',
    run: `leaves out ${METRIC_MATH_ALARMS.join(' and ')} by the setting "alarms"`,
  },
  {
    emulator: 'serves an API at http://<id>.execute-api.localhost:<port>, which becomes the issuer',
    run: 'finds *.localhost on 127.0.0.1 (RFC 6761 §6.3)',
  },
  {
    emulator: 'enforces neither IAM nor key policies',
    run: 'judges each call of a function itself, by the deployed policies, and refuses what they do not permit',
  },
  {
    emulator: 'does not report the key of a table, and encrypts nothing with it',
    run: 'judges what DynamoDB would ask KMS for each call to a table',
  },
  {
    emulator: 'gives all functions the same credentials',
    run: 'starts each function with an access key that names it',
  },
  {
    emulator: 'gives functions the cookies of a request as a header, not as the list of payload format 2.0',
    run: 'moves them to the list before a function reads them',
  },
  {
    emulator: 'does not throttle, and writes no access log',
    run: 'proves neither; test/infra/http-api.test.ts states them',
  },
  {
    emulator: 'gives a new stack the table names of the old stack',
    run: 'deploys into an empty emulator',
  },
];
