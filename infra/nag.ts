import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

/**
 * Checks the app with cdk-nag's AwsSolutions rules. Synthesis fails for each finding without an acknowledgement. An
 * acknowledgement is written beside its resource, with the reason.
 */
export function checkAgainstAwsSolutions(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { verbose: true }));
}
