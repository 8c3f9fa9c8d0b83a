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
  metrics.addDimensions({ ...dimensions });
  for (const [name, value] of Object.entries(values)) metrics.addMetric(name, unitOf(name), value);
  // Every log line has this member already, of the same name and value.
  const { service: _service, ...members } = metrics.serializeMetrics();
  metrics.clearMetrics();
  metrics.clearDimensions();
  return members;
}

function unitOf(name: string) {
  return name.endsWith('Milliseconds') ? MetricUnit.Milliseconds : MetricUnit.Count;
}
