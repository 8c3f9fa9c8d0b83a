import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LambdaTable } from '#shared/api/table.ts';

/**
 * Creates the EventBridge rule that runs a function as often as its table says. A failed run is not repeated, because
 * the next run continues its work. The function's alarm reports the failure.
 */
export function createSchedule(handler: LambdaFunction, { everyMinutes }: NonNullable<LambdaTable['schedule']>): void {
  const period = Duration.minutes(everyMinutes);
  handler.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: period });
  new Rule(handler, 'Schedule', {
    description: `Runs ${handler.node.path}`,
    schedule: Schedule.rate(period),
    targets: [new FunctionTarget(handler, { retryAttempts: 2, maxEventAge: period })],
  });
}
