import type { IssuanceCounter } from '#shared/domain/access/token-quota.ts';
import type { Clock, Digests, Random } from '#shared/domain/ambient.ts';
import type {
  AssertionMemory,
  AssertionVerifier,
  CertificateReader,
  CertificateVerifier,
  FailureCounter,
  ProofMemory,
  ProofVerifier,
  UsageNotes,
  UsageReader,
  WorkloadTokens,
} from '#shared/domain/authentication/ports.ts';
import type { ConsentRemover } from '#shared/domain/authorization/given-consents.ts';
import type { ApiGuard } from '#shared/domain/checks/guard-request.ts';
import type { PublishedStatusList, StatusListSigner } from '#shared/domain/checks/publish-status-list.ts';
import type { IntrospectionEncrypter, IntrospectionSigner } from '#shared/domain/checks/sign-introspection.ts';
import type { ClientKeys } from '#shared/domain/clients/client-keys.ts';
import type { IdentityRemover } from '#shared/domain/identities/own-identities.ts';
import type { IdentityProviders, ProviderSecretOpener, ProviderSecretSealer } from '#shared/domain/identities/ports.ts';
import type {
  FoundingKeys,
  KeySet,
  KeySetSigner,
  MadeKeys,
  Pepper,
  PepperFounder,
  PepperVault,
  SigningKeyMaker,
  SigningSecretMaker,
} from '#shared/domain/keys/ports.ts';
import type { MailQueue } from '#shared/domain/login/mail-queue.ts';
import type { Mailer } from '#shared/domain/login/send-mails.ts';
import type { AuditFeed, AuditLog, AuditReader, EventBus } from '#shared/domain/records/audit.ts';
import type {
  ClientChanger,
  ClientRemover,
  ClientWriter,
  DirectoryWriter,
  RecordWriter,
  RemainsRemover,
  ShortLivedWriter,
  WritableKind,
} from '#shared/domain/records/change-record.ts';
import type { ClientLister, DirectoryLister } from '#shared/domain/records/lists.ts';
import type { RecordReader } from '#shared/domain/records/look.ts';
import type { RemovalNotes } from '#shared/domain/records/removals.ts';
import type { SecretHasher, TrustedKeys } from '#shared/domain/registration/ports.ts';
import type { RequestLimiter, RequestMemory } from '#shared/domain/requests.ts';
import type {
  IdTokenSigner,
  IdTokenVerifier,
  Revocations,
  SecretTokens,
  StatusEntries,
  StatusListMemory,
  StatusPlaces,
  TokenSigner,
  TokenVerifier,
} from '#shared/domain/tokens/ports.ts';
import type { StatusList } from '#shared/domain/tokens/status-list.ts';

/**
 * The ports that each grant gives to a handler. `infra/grants.ts` says which IAM actions the same grant gives to the
 * role of the function. A table that names a grant gets both, a table that does not name it gets neither.
 */
export interface GrantedPorts {
  'records:read': { readonly records: RecordReader };
  'clients:create': { readonly clients: ClientWriter };
  'clients:change': { readonly clientChanger: ClientChanger };
  'clients:delete': { readonly clientRemover: ClientRemover };
  'clients:list': { readonly clientList: ClientLister };
  'directory:found': { readonly directory: RecordWriter<WritableKind> };
  'directory:write': { readonly directory: DirectoryWriter };
  'service-users:write': { readonly directory: DirectoryWriter<'serviceUser'> & RemovalNotes };
  'client-grants:write': { readonly directory: DirectoryWriter<'grant'> & RemovalNotes };
  'rosters:write': { readonly rosters: RecordWriter<'roster'> };
  'directory:list': { readonly directoryList: DirectoryLister };
  'remains:remove': { readonly remains: RemainsRemover };
  'tokens:sign': { readonly signer: TokenSigner & IdTokenSigner };
  /** The same port for the exchange, which may also unwrap keys and sign by itself. */
  'tokens:issue': { readonly signer: TokenSigner & IdTokenSigner };
  'introspections:sign': {
    readonly introspectionSigner: IntrospectionSigner;
    readonly introspectionEncrypter: IntrospectionEncrypter;
  };
  'signing-secrets:use': { readonly secretTokens: SecretTokens };
  'signing-secrets:make': {
    readonly signingSecretMaker: SigningSecretMaker;
    readonly signingSecrets: RecordWriter<'signingSecrets'>;
  };
  'statuses:assign': { readonly statusPlaces: StatusPlaces };
  'statuses:read': { readonly statusEntries: StatusEntries };
  'status-lists:sign': {
    readonly statusListSigner: StatusListSigner;
    readonly publishedLists: StatusListMemory<PublishedStatusList>;
  };
  'tokens:verify': { readonly verifier: TokenVerifier };
  'id-tokens:verify': { readonly idTokenVerifier: IdTokenVerifier };
  'tokens:revoke': { readonly revocations: Revocations };
  'families:write': { readonly shortLived: ShortLivedWriter<'family' | 'familyRoster'> };
  'sessions:write': { readonly sessions: ShortLivedWriter<'session' | 'sessionRoster'> };
  'interactions:write': { readonly interactions: ShortLivedWriter<'interaction' | 'loginAttempt' | 'loginLink'> };
  'codes:write': { readonly codes: ShortLivedWriter<'code'> };
  'pushed-requests:write': { readonly pushedRequests: ShortLivedWriter<'pushedRequest'> };
  'consents:write': { readonly consents: RecordWriter<'consent'> };
  'consents:end': { readonly consentRemover: ConsentRemover };
  'users:write': { readonly users: RecordWriter<'user'> };
  'users:sign-up': { readonly newUsers: RecordWriter<'user' | 'name'> };
  'invitations:write': { readonly invitations: DirectoryWriter<'invitation'> };
  'identity-providers:write': {
    readonly identityProviders: DirectoryWriter<'identityProvider'>;
    readonly providerSecretSealer: ProviderSecretSealer;
  };
  'provider-logins:write': { readonly providerLogins: ShortLivedWriter<'providerLogin'> };
  'provider-secrets:open': {
    readonly providerSecretOpener: ProviderSecretOpener;
    readonly upstream: IdentityProviders;
  };
  'identities:remove': { readonly identityRemover: IdentityRemover };
  'identities:write': { readonly identities: RecordWriter<'identity'> };
  'members:join': { readonly joining: RecordWriter<'membership' | 'workspaceMember' | 'fullMembers'> };
  'workspace-members:write': {
    readonly workspaceMembers: DirectoryWriter<'workspaceMember'> & RecordWriter<'fullMembers' | 'removal'>;
  };
  'mails:enqueue': { readonly mailQueue: MailQueue };
  'mails:send': { readonly mailer: Mailer };
  'assertions:verify': { readonly assertionVerifier: AssertionVerifier };
  'assertions:redeem': { readonly assertionMemory: AssertionMemory };
  'certificates:verify': { readonly certificateVerifier: CertificateVerifier };
  'workloads:verify': { readonly workloadTokens: WorkloadTokens };
  'keys:examine': { readonly trustedKeys: TrustedKeys };
  'proofs:verify': { readonly proofVerifier: ProofVerifier; readonly proofMemory: ProofMemory };
  'keys:generate': { readonly clientKeys: ClientKeys };
  'keys:publish': { readonly keySet: KeySet };
  'key-sets:sign': { readonly keySetSigner: KeySetSigner };
  'signing-keys:write': {
    readonly foundingKeys: FoundingKeys;
    readonly signingKeyRecords: RecordWriter<'signingKeys'>;
  };
  'signing-keys:make': { readonly signingKeyMaker: SigningKeyMaker };
  'signing-keys:keep': { readonly madeKeys: MadeKeys; readonly lifecycle: LifecycleAnswers };
  'pepper:use': { readonly pepper: Pepper };
  'pepper:found': { readonly pepperFounder: PepperFounder };
  'pepper:rotate': { readonly pepperVault: PepperVault };
  'secrets:hash': { readonly hasher: SecretHasher };
  'issuance:count': { readonly issuance: IssuanceCounter };
  'failures:count': { readonly failures: FailureCounter };
  'requests:remember': { readonly memory: RequestMemory };
  'usage:note': { readonly usageNotes: UsageNotes };
  'usage:read': { readonly usage: UsageReader };
  'audit:append': { readonly audit: AuditLog };
  'audit:read': { readonly auditReader: AuditReader };
  'audit:follow': { readonly auditFeed: AuditFeed };
  'events:publish': { readonly eventBus: EventBus };
  'requests:guard': { readonly protectedApi: ApiGuard; readonly statusLists: StatusListMemory<StatusList> };
}

/** Answers CloudFormation, which waits for the result of a lifecycle event. */
export interface LifecycleAnswers {
  send(url: string, answer: Readonly<Record<string, string>>): Promise<void>;
}

/** The name of a grant. */
export type Grant = keyof GrantedPorts;

/** The ports that every handler has without a grant, because they need no permission. */
export interface AmbientPorts {
  /** The issuer URL, without a slash at its end. */
  readonly issuer: string;
  /** The base URL of the endpoints with mutual TLS, which can be the issuer; undefined in a deployment without it. */
  readonly mutualTlsUrl: string | undefined;
  /** The audience of exchanges that name no audience and could mean several. */
  readonly defaultAudience: string | undefined;
  /** Whether secrets that another product made can be imported and used. */
  readonly importedSecrets: boolean;
  /** Whether APIs may have their tokens signed with HS256. */
  readonly hs256Apis: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly certificates: CertificateReader;
  readonly digests: Digests;
  readonly requestLimiter: RequestLimiter;
}

/**
 * The intersection of all members of a union: `{ clock: Clock } | { audit: AuditLog }` becomes
 * `{ clock: Clock } & { audit: AuditLog }`. `infer All` finds it: an argument for any function of a union must have the
 * members that each of these functions takes.
 */
type Intersection<Union> = (Union extends unknown ? (member: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** The ports that a set of grants gives to a handler, with the ambient ports. */
export type PortsOf<Granted extends Grant> = AmbientPorts &
  ([Granted] extends [never] ? unknown : Intersection<GrantedPorts[Granted]>);

/** The environment variables by which the deployment configures a function. */
export type EnvironmentVariable =
  | 'MINTMARK_ISSUER'
  | 'MINTMARK_MTLS_URL'
  | 'MINTMARK_DEFAULT_AUDIENCE'
  | 'MINTMARK_IMPORTED_SECRETS'
  | 'MINTMARK_HS256_APIS'
  | 'MINTMARK_CLIENTS_TABLE'
  | 'MINTMARK_DIRECTORY_TABLE'
  | 'MINTMARK_TOKENS_TABLE'
  | 'MINTMARK_AUDIT_TABLE'
  | 'MINTMARK_EVENT_BUS'
  | 'MINTMARK_MAIL_QUEUE'
  | 'MINTMARK_MAIL_FROM'
  | 'MINTMARK_MAIL_CONFIGURATION_SET'
  | 'MINTMARK_SIGNING_KEYS'
  | 'MINTMARK_SIGNING_KEY_POLICY'
  | 'MINTMARK_SIGNING_KEY_ALIASES'
  | 'MINTMARK_WRAPPING_KEY'
  | 'MINTMARK_WORKSPACE'
  | 'MINTMARK_PROTECTED_API';

/** Reads an environment variable; an empty text if the deployment did not set it. */
export type Environment = (variable: EnvironmentVariable) => string;

/** Opens a port. `openPorts` calls it once in a process, at the first request. */
export type Adapter<Port> = (environment: Environment) => Port;

/** One adapter for each port that the grants give, and the environment that the adapters read. */
export type AdaptersOf<Granted extends Grant> = {
  readonly [Port in keyof PortsOf<Granted>]: Adapter<PortsOf<Granted>[Port]>;
} & { readonly environment: () => Environment };
