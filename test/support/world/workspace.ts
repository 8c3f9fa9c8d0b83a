import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { httpLifecycleAnswers } from '#shared/adapters/deployment/lifecycle-answers.ts';
import { kmsMadeKeys } from '#shared/adapters/deployment/made-keys.ts';
import { dynamoAudit } from '#shared/adapters/dynamo/audit/audit.ts';
import { dynamoAuditFeed } from '#shared/adapters/dynamo/audit/audit-feed.ts';
import { dynamoAuditReader } from '#shared/adapters/dynamo/audit/audit-reader.ts';
import {
  dynamoClientChanger,
  dynamoClientLister,
  dynamoClientRemover,
  dynamoClientWriter,
} from '#shared/adapters/dynamo/directory/clients.ts';
import {
  dynamoConsentRecords,
  dynamoConsentRemover,
  dynamoDirectoryLister,
  dynamoDirectoryWriter,
  dynamoIdentityProviderRecords,
  dynamoIdentityRecords,
  dynamoIdentityRemover,
  dynamoRecordRemover,
  dynamoSigningKeyRecords,
  dynamoUserRecords,
} from '#shared/adapters/dynamo/directory/directory.ts';
import { dynamoRecords } from '#shared/adapters/dynamo/directory/records.ts';
import { dynamoAssertionMemory } from '#shared/adapters/dynamo/tokens/assertion-memory.ts';
import { sharedFailureCounter } from '#shared/adapters/dynamo/tokens/failure-counter.ts';
import { dynamoIssuance } from '#shared/adapters/dynamo/tokens/issuance.ts';
import { dynamoRequestMemory } from '#shared/adapters/dynamo/tokens/request-memory.ts';
import { dynamoRevocations } from '#shared/adapters/dynamo/tokens/revocations.ts';
import { dynamoShortLivedWriter } from '#shared/adapters/dynamo/tokens/short-lived.ts';
import { dynamoStatusEntries, dynamoStatusPlaces } from '#shared/adapters/dynamo/tokens/status-lists.ts';
import { dynamoUsageNotes, dynamoUsageReader } from '#shared/adapters/dynamo/tokens/usage.ts';
import {
  kmsProviderSecretOpener,
  kmsProviderSecretSealer,
} from '#shared/adapters/identity-providers/provider-secrets.ts';
import { upstreamProviders } from '#shared/adapters/identity-providers/upstream.ts';
import { joseAssertionVerifier } from '#shared/adapters/jose/assertion-verifier.ts';
import { joseCertificateVerifier } from '#shared/adapters/jose/certificate-verifier.ts';
import { joseIntrospectionEncrypter } from '#shared/adapters/jose/introspection-encrypter.ts';
import { joseWorkloadTokens } from '#shared/adapters/jose/workload-tokens.ts';
import { exchangeSigner } from '#shared/adapters/kms/exchange-signer.ts';
import { kmsFoundingKeys } from '#shared/adapters/kms/founding-keys.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { kmsPepperFounder, kmsPepperVault } from '#shared/adapters/kms/pepper-vault.ts';
import { kmsKeySetSigner } from '#shared/adapters/kms/signed-key-set.ts';
import { kmsIntrospectionSigner, kmsStatusListSigner } from '#shared/adapters/kms/signer.ts';
import { kmsSigningKeyMaker } from '#shared/adapters/kms/signing-key-maker.ts';
import { kmsSecretTokens, kmsSigningSecretMaker } from '#shared/adapters/kms/signing-secrets.ts';
import { kmsIdTokenVerifier, kmsKeySet, kmsVerifier } from '#shared/adapters/kms/verifier.ts';
import { sqsMailQueue } from '#shared/adapters/mail/mail-queue.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { bcryptHasher } from '#shared/adapters/node/bcrypt-hasher.ts';
import { cryptoClientKeys } from '#shared/adapters/node/client-keys.ts';
import { statusListMemory } from '#shared/adapters/node/status-list-memory.ts';
import { cryptoTrustedKeys } from '#shared/adapters/node/trusted-keys.ts';
import { possession } from '#shared/adapters/sets/possession.ts';
import type { Grant, PortsOf } from '#shared/ports.ts';
import { standingClock, type TestClock } from './clock.ts';
import type { EngineProxy } from './engine-proxy.ts';
import { type Engines, environmentOf, type Settings } from './engines.ts';

/** The bcrypt cost of these tests, which make many hashes. */
const HASH_COST = 4;

/** Every port that depends on an engine, with their companions, as one process of the product opens them. */
export type Ports = Omit<PortsOf<Exclude<Grant, 'requests:guard' | 'events:publish'>>, 'clock'> & {
  readonly clock: TestClock;
};

/** A workspace with empty tables of its own. */
export interface Workspace {
  readonly settings: Settings;
  readonly ports: Ports;
  readonly dynamo: EngineProxy;
  readonly kms: EngineProxy;
  /** The ports of another process, whose settings may differ. */
  openAgain(changes?: Settings): Ports;
  /** All items of a table as they are stored. */
  scan(table: 'CLIENTS' | 'DIRECTORY' | 'TOKENS' | 'AUDIT'): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Opens a new workspace over these engines, with a clock that stands still. */
export async function openWorkspace(engines: Engines): Promise<Workspace> {
  const settings = await engines.newWorkspace();
  const clock = standingClock();
  const openAgain = (changes: Settings = {}) => openPorts({ ...settings, ...changes }, clock);
  return {
    settings,
    ports: openAgain(),
    dynamo: engines.dynamo,
    kms: engines.kms,
    openAgain,
    scan: async (table) => {
      const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
      const { Items = [] } = await client.send(new ScanCommand({ TableName: settings[`MINTMARK_${table}_TABLE`] }));
      return Items;
    },
  };
}

function openPorts(settings: Settings, clock: TestClock): Ports {
  const environment = environmentOf(settings);
  return {
    issuer: ambient.issuer(environment),
    mutualTlsUrl: ambient.mutualTlsUrl(environment),
    defaultAudience: ambient.defaultAudience(environment),
    importedSecrets: ambient.importedSecrets(environment),
    hs256Apis: ambient.hs256Apis(environment),
    clock,
    random: ambient.random(environment),
    certificates: ambient.certificates(environment),
    digests: ambient.digests(environment),
    requestLimiter: ambient.requestLimiter(environment),
    records: dynamoRecords(environment),
    clients: dynamoClientWriter(environment),
    clientChanger: dynamoClientChanger(environment),
    clientRemover: dynamoClientRemover(environment),
    clientList: dynamoClientLister(environment),
    directory: dynamoDirectoryWriter(environment),
    rosters: dynamoDirectoryWriter(environment),
    directoryList: dynamoDirectoryLister(environment),
    remains: dynamoRecordRemover(environment),
    usageNotes: dynamoUsageNotes(environment),
    usage: dynamoUsageReader(environment),
    revocations: dynamoRevocations(environment),
    shortLived: dynamoShortLivedWriter(environment),
    sessions: dynamoShortLivedWriter(environment),
    interactions: dynamoShortLivedWriter(environment),
    codes: dynamoShortLivedWriter(environment),
    pushedRequests: dynamoShortLivedWriter(environment),
    consents: dynamoConsentRecords(environment),
    consentRemover: dynamoConsentRemover(environment),
    users: dynamoUserRecords(environment),
    newUsers: dynamoDirectoryWriter(environment),
    invitations: dynamoDirectoryWriter(environment),
    joining: dynamoDirectoryWriter(environment),
    identityProviders: dynamoIdentityProviderRecords(environment),
    providerSecretSealer: kmsProviderSecretSealer(environment),
    providerSecretOpener: kmsProviderSecretOpener(environment),
    providerLogins: dynamoShortLivedWriter(environment),
    upstream: upstreamProviders(),
    identities: dynamoIdentityRecords(environment),
    identityRemover: dynamoIdentityRemover(environment),
    workspaceMembers: dynamoDirectoryWriter(environment),
    mailQueue: sqsMailQueue(() => ''),
    mailer: { send: () => Promise.reject(new Error('A workspace without a deployment sends no mails.')) },
    audit: dynamoAudit(environment),
    auditReader: dynamoAuditReader(environment),
    auditFeed: dynamoAuditFeed(environment),
    memory: dynamoRequestMemory(environment),
    assertionMemory: dynamoAssertionMemory(environment),
    introspectionSigner: kmsIntrospectionSigner(environment),
    introspectionEncrypter: joseIntrospectionEncrypter(),
    secretTokens: kmsSecretTokens(environment),
    signingSecretMaker: kmsSigningSecretMaker(environment),
    signingSecrets: dynamoDirectoryWriter(environment),
    statusPlaces: dynamoStatusPlaces(environment),
    statusEntries: dynamoStatusEntries(environment),
    statusListSigner: kmsStatusListSigner(environment),
    publishedLists: statusListMemory(),
    proofVerifier: possession.proofVerifier(),
    proofMemory: possession.proofMemory(environment),
    assertionVerifier: joseAssertionVerifier(),
    certificateVerifier: joseCertificateVerifier(),
    workloadTokens: joseWorkloadTokens(),
    clientKeys: cryptoClientKeys(),
    trustedKeys: cryptoTrustedKeys(),
    failures: sharedFailureCounter(environment),
    issuance: dynamoIssuance(environment),
    pepper: kmsPepper(environment, () => clock.nowSeconds() * 1_000),
    pepperFounder: kmsPepperFounder(environment),
    pepperVault: kmsPepperVault(environment),
    hasher: bcryptHasher(environment, HASH_COST),
    signer: exchangeSigner(environment),
    verifier: kmsVerifier(environment),
    idTokenVerifier: kmsIdTokenVerifier(environment),
    keySet: kmsKeySet(environment),
    keySetSigner: kmsKeySetSigner(environment),
    foundingKeys: kmsFoundingKeys(environment),
    signingKeyRecords: dynamoSigningKeyRecords(environment),
    signingKeyMaker: kmsSigningKeyMaker(environment),
    madeKeys: { ...kmsMadeKeys(environment), pause: async () => {} },
    lifecycle: httpLifecycleAnswers(),
  };
}
