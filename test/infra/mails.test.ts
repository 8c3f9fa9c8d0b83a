import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { logicalIdOf, synthesize } from './synthesize.ts';

const deployment = synthesize();
const { stack, template } = deployment;
const { mails } = stack.mintmark.resources;
const sender = stack.mintmark.functions.get('send-mails');

describe('the mails of a deployment', () => {
  const [queue, deadLetters] = [mails?.queue, mails?.deadLetters].map((one) => one && logicalIdOf(one, deployment));

  test('wait encrypted for a day; a mail that fails five times is a dead letter for four days', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 86_400,
      VisibilityTimeout: 60,
      RedrivePolicy: { maxReceiveCount: 5, deadLetterTargetArn: { 'Fn::GetAtt': [deadLetters, 'Arn'] } },
    });
    template.hasResourceProperties('AWS::SQS::Queue', {
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 345_600,
      RedrivePolicy: Match.absent(),
    });
    template.resourceCountIs('AWS::SQS::Queue', 2);
  });

  test('go to the function that sends them, which says for each whether it must come again', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [queue, 'Arn'] },
      FunctionName: stack.resolve(sender?.functionName),
      BatchSize: 5,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    template.resourceCountIs('AWS::Lambda::EventSourceMapping', 1);
  });

  test.each([
    ['waiting mails', queue],
    ['dead letters', deadLetters],
  ])('cannot be read by others, even if IAM permits it, nor without TLS: %s', (_, id) => {
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      Queues: [{ Ref: id }],
      PolicyDocument: {
        Statement: [
          Match.objectLike({
            Effect: 'Deny',
            Action: 'sqs:*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
          {
            Sid: 'OnlyTheSenderReads',
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 'sqs:ReceiveMessage',
            Resource: { 'Fn::GetAtt': [id, 'Arn'] },
            Condition: { ArnNotEquals: { 'aws:PrincipalArn': stack.resolve(sender?.role?.roleArn) } },
          },
        ],
      },
    });
  });

  test('leave by TLS only, and not to recipients who complained or whose mails bounced', () => {
    template.hasResourceProperties('AWS::SES::ConfigurationSet', {
      DeliveryOptions: { TlsPolicy: 'REQUIRE' },
      SuppressionOptions: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
    });
  });

  test('raise an alarm before the limit of a day, and for each mail that could not be sent', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'NumberOfMessagesSent',
      Period: 86_400,
      Statistic: 'Sum',
      Threshold: 8_000,
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [deadLetters, 'QueueName'] } }],
      Threshold: 1,
    });
  });
});

describe('a deployment without an address for mails', () => {
  const without = synthesize({ mailFrom: undefined });

  test('has neither queue nor sender, and no right to use any', () => {
    without.template.resourceCountIs('AWS::SQS::Queue', 0);
    without.template.resourceCountIs('AWS::SES::ConfigurationSet', 0);
    expect(without.stack.mintmark.functions.has('send-mails')).toBe(false);
    expect(JSON.stringify(without.template.toJSON())).not.toMatch(/MINTMARK_MAIL|sqs:|ses:/);
  });
});
