import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { propsFromContext } from './context.ts';
import { Mintmark } from './mintmark.ts';
import type { MintmarkProps } from './mintmark-props.ts';

/**
 * A stack that contains only Mintmark. The CDK context has its settings, and its outputs have the URLs and names to
 * start with.
 */
export class MintmarkStack extends Stack {
  readonly mintmark: Mintmark;

  constructor(scope: Construct, id: string, props: StackProps & MintmarkProps = {}) {
    super(scope, id, { description: 'Mintmark: machine-to-machine authorization', ...props });
    this.mintmark = new Mintmark(this, 'Service', { ...propsFromContext(this), ...props });
    this.#createOutputs(this.mintmark);
  }

  #createOutputs({
    issuer,
    jwksUrl,
    bootstrapFunction,
    rotatePepperFunction,
    eventBus,
    api: { domain, mutualTlsDomain },
  }: Mintmark): void {
    new CfnOutput(this, 'Issuer', {
      value: issuer,
      description: 'The issuer of all tokens and the base URL of all endpoints',
    });
    new CfnOutput(this, 'JwksUrl', { value: jwksUrl, description: 'The public signing keys' });
    new CfnOutput(this, 'BootstrapFunctionName', {
      value: bootstrapFunction.functionName,
      description: 'Invoke it once to create the first administrator',
    });
    new CfnOutput(this, 'RotatePepperFunctionName', {
      value: rotatePepperFunction.functionName,
      description: 'Invoke it to replace the pepper that seals secrets',
    });
    new CfnOutput(this, 'EventBusName', {
      value: eventBus.eventBusName,
      description: 'The bus for rules about audit events (source: mintmark)',
    });
    if (domain !== undefined) {
      new CfnOutput(this, 'DomainTarget', {
        value: domain.regionalDomainName,
        description: 'The target for the DNS record of the custom domain',
      });
    }
    if (mutualTlsDomain !== undefined) {
      new CfnOutput(this, 'MutualTlsDomainTarget', {
        value: mutualTlsDomain.regionalDomainName,
        description: 'The target for the DNS record of the domain for clients with certificates',
      });
    }
  }
}
