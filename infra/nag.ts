import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

/**
 * Fails the synthesis on whatever cdk-nag's AwsSolutions rules find and nobody acknowledged. Acknowledgements stand
 * beside the resources they are about, each with its reason.
 */
export function checkAgainstAwsSolutions(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { verbose: true }));
}
