import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

const metrics = new Metrics({ namespace: 'Mintmark', serviceName: 'mintmark' });

/** What tells the values of one metric apart: functions and outcomes are closed sets, so that there are few (U7). */
export interface Dimensions {
  readonly function?: string;
  readonly outcome: string;
}

/**
 * Members that make CloudWatch read metrics out of a log line (Embedded Metric Format). A metric named
 * `…Milliseconds` is a time, every other one a count; names and values are members of the line, too.
 */
export function measure(dimensions: Dimensions, values: Readonly<Record<string, number>>): object {
  return {
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: directives(dimensions, values) },
    ...dimensions,
    ...values,
  };
}

const known = new Map<string, readonly object[]>();

/** What CloudWatch is to read, which is the same for all lines that have these members; few sorts of lines there are. */
function directives(dimensions: Dimensions, values: Readonly<Record<string, number>>): readonly object[] {
  const members = `${Object.keys(dimensions)} ${Object.keys(values)}`;
  const ofBefore = known.get(members);
  if (ofBefore !== undefined) return ofBefore;
  metrics.addDimensions({ ...dimensions });
  for (const name of Object.keys(values)) metrics.addMetric(name, unitOf(name), 0);
  const { CloudWatchMetrics } = metrics.serializeMetrics()._aws;
  metrics.clearMetrics();
  metrics.clearDimensions();
  known.set(members, CloudWatchMetrics);
  return CloudWatchMetrics;
}

function unitOf(name: string) {
  return name.endsWith('Milliseconds') ? MetricUnit.Milliseconds : MetricUnit.Count;
}
