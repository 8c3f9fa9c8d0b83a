import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

const metrics = new Metrics({ namespace: 'Mintmark', serviceName: 'mintmark' });

/** The dimensions of a metric. Functions and outcomes are closed sets, so a metric has few series (U7). */
export interface Dimensions {
  readonly function?: string;
  readonly outcome: string;
}

/**
 * Makes the members by which CloudWatch reads metrics from a log line (Embedded Metric Format). A metric named
 * `…Milliseconds` is a time, every other metric is a count. The dimensions and the values are members of the line, too.
 */
export function measure(dimensions: Dimensions, values: Readonly<Record<string, number>>): object {
  return {
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: directives(dimensions, values) },
    ...dimensions,
    ...values,
  };
}

const known = new Map<string, readonly object[]>();

/** Returns the member that tells CloudWatch which other members to read. It is made once for each set of members. */
function directives(dimensions: Dimensions, values: Readonly<Record<string, number>>): readonly object[] {
  const members = `${Object.keys(dimensions)} ${Object.keys(values)}`;
  const kept = known.get(members);
  if (kept !== undefined) return kept;
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
