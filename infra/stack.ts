import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { propsFromContext } from './context.ts';
import { Mintmark } from './mintmark.ts';
import type { MintmarkProps } from './mintmark-props.ts';

/** Mintmark in a stack of its own, as the CDK context describes it, with the outputs that its users ask for first. */
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
    new CfnOutput(this, 'Issuer', { value: issuer, description: 'The issuer of all tokens, base of all endpoints' });
    new CfnOutput(this, 'JwksUrl', { value: jwksUrl, description: 'The public signing keys' });
    new CfnOutput(this, 'BootstrapFunctionName', {
      value: bootstrapFunction.functionName,
      description: 'Invoke it once to make the first administrator',
    });
    new CfnOutput(this, 'RotatePepperFunctionName', {
      value: rotatePepperFunction.functionName,
      description: 'Invoke it to replace the pepper that seals secrets',
    });
    new CfnOutput(this, 'EventBusName', {
      value: eventBus.eventBusName,
      description: 'Where rules for audit events (source: mintmark) belong',
    });
    if (domain !== undefined) {
      new CfnOutput(this, 'DomainTarget', {
        value: domain.regionalDomainName,
        description: 'Where the DNS record of the custom domain has to point',
      });
    }
    if (mutualTlsDomain !== undefined) {
      new CfnOutput(this, 'MutualTlsDomainTarget', {
        value: mutualTlsDomain.regionalDomainName,
        description: 'The same of the domain for clients with certificates',
      });
    }
  }
}
