import type { authorize } from '#shared/api/pages/authorize.ts';
import type { LiveSession } from '#shared/domain/access/live-session.ts';
import { applicationDigest, keepConsent, toldBy } from '#shared/domain/authorization/consents.ts';
import { issueCode } from '#shared/domain/authorization/issue-code.ts';
import { type ConsentQuestion, type NextStep, nextStep } from '#shared/domain/authorization/next-step.ts';
import { readAtEndpoint, spendPushedRequest } from '#shared/domain/authorization/pushed-requests.ts';
import type { RequestParameters, SoundRequest } from '#shared/domain/authorization/read-request.ts';
import { AuthorizationError, type Destination, type PageProblem } from '#shared/domain/authorization/refusals.ts';
import { soundAgain } from '#shared/domain/authorization/sound-again.ts';
import {
  answerInteraction,
  beginInteraction,
  findInteraction,
  formToken,
  keepDecisions,
} from '#shared/domain/login/interactions.ts';
import type { Interaction } from '#shared/domain/people-records/interaction.ts';
import type { Look } from '#shared/domain/records/look.ts';
import { isVerified } from '#shared/domain/registration/registration.ts';
import { chooseTenantPage } from '#shared/pages/authorization/choose-tenant.ts';
import { consentPage } from '#shared/pages/authorization/consent.ts';
import { errorPage } from '#shared/pages/error.ts';
import type { PortsOf } from '#shared/ports.ts';
import type { OperationsOf } from '../lambda.ts';
import { type FileBody, redirect, showPage } from '../reply/files.ts';
import type { OperationReply } from '../reply/replies.ts';
import type { Browser } from '../request/browser.ts';
import { answerApplication, refuseApplication } from './authorization-answer.ts';
import { interactionOver, isOwnForm, receive, sessionOf, type Visit } from './visit.ts';

type Ports = PortsOf<(typeof authorize)['grants'][number]>;

type Answer = OperationReply<200, FileBody>;

/** An authorization request, and the pages between it and its answer. */
export const authorizePages: OperationsOf<typeof authorize> = {
  authorize: async ({ browser }, ports) => begin(browser, browser.parametersWithFaults(), ports),

  authorizeByForm: async ({ browser }, ports) => begin(browser, browser.parametersWithFaults(), ports),

  interactionPage: async ({ browser, params }, ports) => {
    const found = await underWay(browser, params.interactionId, ports);
    return found === undefined ? interactionOver(browser) : goOn(browser, found, ports);
  },

  decide: async ({ browser, params, body, auditAttempt }, ports) => {
    const found = await underWay(browser, params.interactionId, ports);
    if (found === undefined) return interactionOver(browser);
    const { interaction, visit, sound, live } = found;
    const path = `/authorize/${interaction.id}`;
    const step = await decideNext(found, ports);
    // A form of another question, or for another person, is not an answer to this one: the page asks again.
    const isAnswer = isOwnForm(
      questionOf(found, step, ports),
      { csrf: body.csrf, origin: browser.origin },
      visit,
      ports,
    );
    if (live === undefined || !isAnswer) return redirect(path);
    const decisions = { ...decisionsIn(found, live), sessionId: live.session.id };
    if (step.step === 'chooseTenant' && step.tenants.some(({ id }) => id === body.tenant)) {
      await keepDecisions(interaction, { ...decisions, tenantId: body.tenant }, ports);
    }
    if (step.step === 'consent' && body.decision !== undefined) {
      await auditAttempt({ clientId: sound.client.id, userId: live.user.id });
      const isAllowed = body.decision === 'allow';
      if (isAllowed) await keepAnswer(step, body.permission ?? [], { sound, live }, ports);
      await keepDecisions(
        interaction,
        { ...decisions, tenantId: step.tenant?.id, consent: isAllowed ? 'allowed' : 'denied' },
        ports,
      );
    }
    return redirect(path);
  },
};

/** Begins with a request as it came: answers it at once where nothing has to be asked, or begins an interaction. */
async function begin(browser: Browser, parameters: RequestParameters, ports: Ports): Promise<Answer> {
  const look = ports.records.open('authorization request');
  const nowSeconds = ports.clock.nowSeconds();
  const { issuer } = ports;
  const leaving = { issuer, isAfterForm: false };
  const visit = receive(browser, ports);
  try {
    // Both begin with a read, so that one call to DynamoDB brings both.
    const [read, live] = await Promise.all([
      readAtEndpoint(parameters, look, { ...ports, nowSeconds }),
      sessionOf(browser, look, ports),
    ]);
    if (read.is === 'problem') return showPage(problemPage(read.problem, browser));
    const { sound } = read;
    const step = await nextStep({ ...sound, decisions: {} }, live, { ...ports, look, nowSeconds });
    if (!(await spendPushedRequest(read.pushed, ports))) return showPage(problemPage(usedMeanwhile, browser));
    if (step.step === 'answer' || step.step === 'refuse')
      return await leave(step, sound, { ...leaving, cookies: visit.cookies }, ports);
    const interaction = await beginInteraction({ request: sound.request }, visit.secret, ports);
    const path = step.step === 'login' ? `/login/${interaction.id}` : `/authorize/${interaction.id}`;
    return redirect(path, { cookies: visit.cookies });
  } catch (error) {
    if (error instanceof AuthorizationError) return refuseApplication(error, leaving);
    throw error;
  }
}

/** An interaction of this browser that waits for an answer. */
interface UnderWay {
  readonly interaction: Interaction;
  readonly sound: SoundRequest;
  readonly visit: Visit;
  readonly live: LiveSession | undefined;
  readonly look: Look;
}

async function underWay(browser: Browser, id: string, ports: Ports): Promise<UnderWay | undefined> {
  const visit = receive(browser, ports);
  const look = ports.records.open(`visit of ${id}`);
  const interaction = await findInteraction({ id, browserSecret: visit.secret }, look, ports);
  if (interaction?.request === undefined || interaction.isAnswered) return undefined;
  const [sound, live] = await Promise.all([
    soundAgain(interaction.request, look, ports.clock.nowSeconds()),
    sessionOf(browser, look, ports),
  ]);
  return sound === undefined ? undefined : { interaction, sound, visit, live, look };
}

function decideNext({ sound, interaction: { decisions }, live, look }: UnderWay, ports: Ports): Promise<NextStep> {
  return nextStep({ ...sound, decisions }, live, { ...ports, look, nowSeconds: ports.clock.nowSeconds() });
}

/** The decisions of this session. Another session begins again. */
function decisionsIn({ interaction: { decisions } }: UnderWay, { session }: LiveSession) {
  return decisions.sessionId === session.id ? decisions : {};
}

/** What a page asks, of whom: its form answers nothing else. */
function questionOf({ interaction, sound, live }: UnderWay, step: NextStep, ports: Ports): string {
  const { client, request } = sound;
  const asked =
    step.step === 'consent'
      ? [
          step.tenant?.id,
          step.permissions.map(({ value }) => value),
          toldBy(request),
          applicationDigest(client, ports.digests),
        ]
      : [];
  return JSON.stringify([interaction.id, live?.session.id, step.step, ...asked]);
}

/** Shows the next question, or leaves for the application. */
async function goOn(browser: Browser, found: UnderWay, ports: Ports): Promise<Answer> {
  const { interaction, sound, visit, live } = found;
  const step = await decideNext(found, ports);
  if (step.step === 'login') return redirect(`/login/${interaction.id}`);
  if (step.step === 'answer' || step.step === 'refuse') {
    if (!(await answerInteraction(interaction, ports))) return interactionOver(browser);
    return leave(step, sound, { issuer: ports.issuer, isAfterForm: true }, ports);
  }
  const csrf = formToken(questionOf(found, step, ports), visit.secret, ports);
  const form = { action: `/authorize/${interaction.id}`, csrf };
  const application = { name: sound.client.description };
  if (step.step === 'chooseTenant') return showPage(chooseTenantPage({ ...form, application, tenants: step.tenants }));
  return showPage(consentQuestion(step, form, { sound, live }));
}

function consentQuestion(
  { permissions, tenant }: ConsentQuestion,
  form: { readonly action: string; readonly csrf: string },
  { sound: { request, client, api }, live }: Pick<UnderWay, 'sound' | 'live'>,
) {
  const describe = (value: string) => api?.permissions.find((permission) => permission.value === value)?.description;
  return consentPage({
    ...form,
    application: {
      name: client.description,
      isVerified: isVerified(client),
      redirectUri: request.redirectUri,
    },
    api: api && { name: api.name, identifier: api.identifier },
    permissions: permissions.map(({ value, isAllowed }) => ({
      value,
      description: describe(value),
      allowed: isAllowed,
    })),
    person: { name: live?.user.name, email: live?.user.email ?? '' },
    tenant: tenant && { name: tenant.name },
    offline: request.isOffline,
    openidScopes: request.identityScopes,
    otherAccountHref: form.action.replace('/authorize/', '/login/'),
  });
}

async function keepAnswer(
  { permissions, tenant, before }: ConsentQuestion,
  ticked: readonly string[],
  { sound: { request, client, api }, live }: { readonly sound: SoundRequest; readonly live: LiveSession },
  ports: Ports,
): Promise<void> {
  const path = { userId: live.user.id, clientId: client.id, apiId: api?.id, tenantId: tenant?.id };
  const shown = permissions.map(({ value }) => value);
  await keepConsent(
    { path, client, before },
    { shown, allowed: shown.filter((value) => ticked.includes(value)), told: toldBy(request) },
    ports,
  );
}

/** Leaves for the application, with a code or with the reason for a refusal. */
async function leave(
  step: Extract<NextStep, { step: 'answer' | 'refuse' }>,
  { request }: SoundRequest,
  leaving: Parameters<typeof answerApplication>[2],
  ports: Ports,
): Promise<Answer> {
  const destination: Destination = { ...request, state: request.state };
  if (step.step === 'refuse') {
    return refuseApplication(new AuthorizationError(step.code, step.description, destination), leaving);
  }
  return answerApplication(destination, { code: await issueCode(request, step.grant, ports) }, leaving);
}

/** The problem of a pushed request that another tab has used in the same moment. */
const usedMeanwhile: PageProblem = { is: 'unknownPushedRequest', application: undefined };

function problemPage({ is, application }: PageProblem, { requestId }: Browser) {
  const name = application === undefined ? '' : ` The application is “${application}”.`;
  const details = {
    unknownApplication: 'The client_id names no active application of this workspace.',
    noRedirectUri: `Send redirect_uri: one of the URIs that the application is registered with.${name}`,
    unknownPushedRequest: 'The request_uri is unknown, used, expired, or of another application.',
    unknownRedirectUri: `The redirect_uri is not registered. It must be equal, character by character.${name}`,
  };
  const errors = {
    unknownApplication: 'unknownApplication',
    unknownPushedRequest: 'interactionOver',
    noRedirectUri: 'wrongRedirect',
    unknownRedirectUri: 'wrongRedirect',
  } as const;
  return errorPage({ error: errors[is], detail: details[is], requestId });
}
