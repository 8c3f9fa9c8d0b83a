import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LambdaTable } from '#shared/api/table.ts';

/**
 * Lets EventBridge run a function as often as its table says. A run that fails is not repeated, because the next one
 * takes up what it left; the function's alarm tells of it.
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
