import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { ConfigurationSet, ConfigurationSetTlsPolicy, SuppressionReasons } from 'aws-cdk-lib/aws-ses';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { EnvironmentVariable } from '#shared/ports.ts';

/** A message that was not sent comes again after this time. It is six times what the function may take, as AWS advises. */
const REPEAT_AFTER = Duration.seconds(60);

/** After so many failures a message is a dead letter. That is after five minutes, while a code is still valid. */
const DELIVERIES_MAX = 5;

/** Messages of one run. Each mail takes three seconds at most and is tried twice, all at the same time. */
const BATCH_SIZE = 5;

/** How many runs send at the same time; SQS takes no smaller number. New accounts may send few mails a second. */
const RUNS_MAX = 2;

/** A message holds a code and an address. Both are kept no longer than an operator needs to see why they were not sent. */
const KEPT = { waiting: Duration.days(1), dead: Duration.days(4) };

/** The properties of the mails of a deployment. */
export interface MailsProps {
  /** The address from which mails are sent. */
  readonly mailFrom: string;
}

/**
 * The way of mails: a queue, its dead letters, and a configuration set of SES that sends by TLS only and keeps mails from
 * recipients whose mails bounced, or who complained.
 */
export class Mails extends Construct {
  readonly queue: Queue;
  /** The messages that could not be sent. */
  readonly deadLetters: Queue;

  readonly #mailFrom: string;
  readonly #configurationSet: ConfigurationSet;

  constructor(scope: Construct, id: string, { mailFrom }: MailsProps) {
    super(scope, id);
    this.#mailFrom = mailFrom;
    // SQS's own key: a key of KMS would add a call that can fail to each login. The policy below decides who reads.
    const protection = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
    this.deadLetters = new Queue(this, 'DeadLetters', { ...protection, retentionPeriod: KEPT.dead });
    this.queue = new Queue(this, 'Queue', {
      ...protection,
      retentionPeriod: KEPT.waiting,
      visibilityTimeout: REPEAT_AFTER,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: DELIVERIES_MAX },
    });
    this.#configurationSet = new ConfigurationSet(this, 'ConfigurationSet', {
      suppressionReasons: SuppressionReasons.BOUNCES_AND_COMPLAINTS,
      tlsPolicy: ConfigurationSetTlsPolicy.REQUIRE,
      reputationMetrics: true,
    });
  }

  /** The settings of the functions that put mails into the queue, or send them. */
  get settings(): Partial<Record<EnvironmentVariable, string>> {
    return {
      MINTMARK_MAIL_QUEUE: this.queue.queueUrl,
      MINTMARK_MAIL_FROM: this.#mailFrom,
      MINTMARK_MAIL_CONFIGURATION_SET: this.#configurationSet.configurationSetName,
    };
  }

  /** Lets a role send mails from this one address. */
  permitSending(role: Role, actions: readonly string[]): void {
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: [...actions],
        resources: [
          ...identitiesFor(this.#mailFrom).map((name) => this.#arnOf('identity', name)),
          this.#arnOf('configuration-set', this.#configurationSet.configurationSetName),
        ],
        conditions: { StringEquals: { 'ses:FromAddress': this.#mailFrom } },
      }),
    );
  }

  /**
   * Lets a function send what the queue brings. Nobody else may read messages, dead letters included, because they hold
   * codes: many policies for people who only look, such as AWS's `ReadOnlyAccess`, include `sqs:ReceiveMessage`.
   */
  deliverTo(handler: LambdaFunction): void {
    const mapping = new EventSourceMapping(handler, 'Mails', {
      target: handler,
      eventSourceArn: this.queue.queueArn,
      batchSize: BATCH_SIZE,
      maxConcurrency: RUNS_MAX,
      reportBatchItemFailures: true,
    });
    // Lambda checks the rights of the role when it makes the mapping.
    if (handler.role !== undefined) mapping.node.addDependency(handler.role);
    for (const queue of [this.queue, this.deadLetters]) keepFromOthers(queue, handler.role?.roleArn);
  }

  #arnOf(resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({
      service: 'ses',
      resource,
      resourceName,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  }
}

function keepFromOthers(queue: Queue, reader: string | undefined): void {
  queue.addToResourcePolicy(
    new PolicyStatement({
      sid: 'OnlyTheSenderReads',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['sqs:ReceiveMessage'],
      resources: [queue.queueArn],
      conditions: { ArnNotEquals: { 'aws:PrincipalArn': reader } },
    }),
  );
}

/**
 * The identities of SES that may stand behind an address: the address, its domain, and each domain above that has two
 * labels. `login@auth.example.com` gives `login@auth.example.com`, `auth.example.com` and `example.com`.
 */
function identitiesFor(address: string): readonly string[] {
  const labels = address.slice(address.indexOf('@') + 1).split('.');
  return [address, ...labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'))];
}
