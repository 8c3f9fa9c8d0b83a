import { RemovalPolicy } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import * as z from 'zod';
import type { CustomDomain, MutualTlsDomain } from './constructs/http-api.ts';
import type { MintmarkProps } from './mintmark-props.ts';

const protectedApi = z.strictObject({
  audience: z.string(),
  mode: z.enum(['offline', 'online']),
  routes: z.record(z.string(), z.string().nullable()),
  dpop: z.enum(['accepted', 'required']).optional(),
  selfSigned: z.literal('accepted').optional(),
  mtls: z.enum(['accepted', 'required']).optional(),
  origin: z.url().optional(),
});

/** A domain for mutual TLS; certificate and truststore are named by their place in AWS. */
const mutualTlsDomain = z.strictObject({
  domainName: z.string(),
  certificateArn: z.string(),
  truststoreBucket: z.string(),
  truststoreKey: z.string(),
  truststoreVersion: z.string().optional(),
});

/** The settings of a deployment that `cdk.json` or `-c name=value` on the command line may contain. */
const contextSchema = z.object({
  issuer: z.string().optional(),
  defaultAudience: z.string().optional(),
  importedSecrets: orAsText(z.boolean()).optional(),
  hs256Apis: orAsText(z.boolean()).optional(),
  mailFrom: z.email().optional(),
  domainName: z.string().optional(),
  certificateArn: z.string().optional(),
  mutualTlsDomain: orAsText(mutualTlsDomain).optional(),
  signingAlgorithms: orAsText(z.array(z.enum(['RS256', 'PS256', 'ES256', 'EdDSA']))).optional(),
  removalPolicy: z.enum(['retain', 'destroy']).optional(),
  alarmTopicArn: z.string().optional(),
  alarms: orAsText(z.strictObject({ omit: z.array(z.string()) })).optional(),
  protectedApis: orAsText(z.record(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/), protectedApi)).optional(),
});
type Context = z.output<typeof contextSchema>;

/** Accepts JSON text in place of a value, because the command line can only pass text. */
function orAsText<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess(fromText, schema);
}

function fromText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/**
 * Reads the properties of `Mintmark` from the CDK context.
 * @throws Error with the name of each invalid setting
 */
export function propsFromContext(scope: Construct): MintmarkProps {
  const context = readContext(scope);
  const { issuer, defaultAudience, importedSecrets, hs256Apis, mailFrom } = context;
  const { signingAlgorithms, alarms, protectedApis } = context;
  return {
    issuer,
    defaultAudience,
    importedSecrets,
    hs256Apis,
    mailFrom,
    signingAlgorithms,
    alarms,
    protectedApis,
    customDomain: customDomain(scope, context),
    mutualTlsDomain: context.mutualTlsDomain && namedMutualTlsDomain(scope, context.mutualTlsDomain),
    removalPolicy: context.removalPolicy === 'destroy' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    alarmTopic: context.alarmTopicArn ? Topic.fromTopicArn(scope, 'AlarmTopic', context.alarmTopicArn) : undefined,
  };
}

function readContext(scope: Construct): Context {
  const names = Object.keys(contextSchema.shape);
  const context = Object.fromEntries(names.map((name) => [name, scope.node.tryGetContext(name)]));
  const result = contextSchema.safeParse(context);
  if (result.success) return result.data;
  throw new Error(`The CDK context (cdk.json, or -c) has invalid settings:\n${z.prettifyError(result.error)}`);
}

function customDomain(scope: Construct, { domainName, certificateArn }: Context): CustomDomain | undefined {
  if (domainName === undefined && certificateArn === undefined) return undefined;
  if (domainName === undefined || certificateArn === undefined) {
    throw new Error('A custom domain needs both domainName and certificateArn in the CDK context.');
  }
  return { domainName, certificate: Certificate.fromCertificateArn(scope, 'Certificate', certificateArn) };
}

function namedMutualTlsDomain(scope: Construct, named: z.output<typeof mutualTlsDomain>): MutualTlsDomain {
  const { domainName, certificateArn, truststoreBucket, truststoreKey: key, truststoreVersion: version } = named;
  return {
    domainName,
    certificate: Certificate.fromCertificateArn(scope, 'MutualTlsCertificate', certificateArn),
    truststore: { bucket: Bucket.fromBucketName(scope, 'Truststore', truststoreBucket), key, version },
  };
}
