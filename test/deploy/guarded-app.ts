import { App, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { MintmarkStack } from '#infra/stack.ts';

/**
 * The stack of Mintmark and, beside it, the stack of a team whose API Mintmark protects. The setting `protectedApis` has
 * the rules of "reports".
 */
const app = new App();
const { mintmark } = new MintmarkStack(app, 'Mintmark');
const stack = new Stack(app, 'Reports');
const reports = new LambdaFunction(stack, 'Function', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'index.handler',
  logGroup: new LogGroup(stack, 'Logs', { removalPolicy: RemovalPolicy.DESTROY }),
  code: Code.fromInline("exports.handler = async () => ({ reports: ['2026 in numbers'] });"),
});
const api = new HttpApi(stack, 'Api');
api.addRoutes({
  path: '/reports',
  methods: [HttpMethod.GET, HttpMethod.POST],
  integration: new HttpLambdaIntegration('Reports', reports),
  authorizer: mintmark.httpAuthorizer('reports'),
});
new CfnOutput(stack, 'Url', { value: api.apiEndpoint });
