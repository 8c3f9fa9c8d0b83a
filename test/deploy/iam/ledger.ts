import { type Grant, isActionIn, type Judgement, judge, type Principal, type Request } from './judge.ts';
import type { Statement } from './policy.ts';

/** A KMS key with its policy. `name` is the same for keys that the same functions may use in the same way. */
export interface KeyPolicy {
  readonly name: string;
  readonly statements: readonly Statement[];
}

/** The functions of an account with the policies of their roles, and what its other rights are for. */
export interface RolePolicy extends Principal {
  readonly statements: readonly Statement[];
}

/** A grant that no call has to use, or a call that is rightly refused. */
export interface Exception {
  /** The function or principal; undefined for all. */
  readonly who?: string | RegExp;
  readonly action: string | RegExp;
  /** A text in the statement as the ledger writes it; undefined for all. */
  readonly where?: string | RegExp;
  readonly reason: string;
}

/** The exceptions of a run. */
export interface Exceptions {
  readonly refused: readonly Exception[];
  readonly unused: readonly Exception[];
}

/** What a run has shown about the permissions of a deployment. */
export interface Verdict {
  /** One line for each refused kind of call: function, action, resource, reason. */
  readonly refused: readonly string[];
  /** One line for each unused grant: function, action, statement. */
  readonly unused: readonly string[];
  /** Exceptions that are about no grant and no refused call. */
  readonly idle: readonly string[];
  readonly judged: number;
  readonly granted: number;
  readonly excepted: number;
}

/** Keeps account of the calls of a deployment and of the grants that they use. */
export interface Ledger {
  /** Judges a request of a function, and remembers the outcome. */
  enter(request: Request, principal: RolePolicy, key: KeyPolicy | undefined): Judgement;
  /** Remembers a call that could not be judged. */
  refuse(who: string, action: string, reason: string): void;
  /** Adds the grants that calls must use: the policies of roles and keys. */
  expect(roles: readonly RolePolicy[], keys: readonly KeyPolicy[]): void;
  verdict(): Verdict;
}

/** Opens an empty ledger. */
export function openLedger({ refused: mayBeRefused, unused: mayBeUnused }: Exceptions): Ledger {
  const granted = new Map<string, Grant>();
  const used = new Set<string>();
  const refused = new Map<string, Refusal>();
  let judged = 0;

  const refuse: Ledger['refuse'] = (who, action, reason) => {
    refused.set(`${who} | ${action} | ${reason}`, { who, action });
  };

  const enter: Ledger['enter'] = (request, principal, key) => {
    judged += 1;
    const judgement = judge(request, principal, { role: principal.statements, key: key?.statements });
    const { functionName: who } = principal;
    if (!judgement.isAllowed) {
      refuse(who, request.action, `${request.resource}${contextIn(request)}: ${judgement.reason}`);
    }
    const grants = [
      ...grantsOf(judgement.byRole, 'role', () => [who]),
      ...grantsOf(judgement.byKey, key?.name ?? '', (statement) => whoOf(statement, [principal]).filter(isOneOf(who))),
    ];
    for (const grant of grants.filter(({ action }) => isActionIn(action, request.action))) used.add(lineOf(grant));
    return judgement;
  };

  const expect: Ledger['expect'] = (roles, keys) => {
    const ofRoles = roles.flatMap(({ functionName: who, statements }) => grantsOf(statements, 'role', () => [who]));
    const ofKeys = keys.flatMap(({ name, statements }) =>
      grantsOf(statements, name, (statement) => whoOf(statement, roles)),
    );
    for (const grant of [...ofRoles, ...ofKeys]) granted.set(lineOf(grant), grant);
  };

  const verdict = (): Verdict => {
    const unused = [...granted].filter(([line]) => !used.has(line));
    const unexcused = unused.filter(([line, { who, action }]) => !mayBeUnused.some(isAbout(who, action, line)));
    const wrong = [...refused].filter(([line, { who, action }]) => !mayBeRefused.some(isAbout(who, action, line)));
    const idle = [
      ...mayBeUnused.filter((one) => ![...granted].some(([line, { who, action }]) => isAbout(who, action, line)(one))),
      ...mayBeRefused.filter((one) => ![...refused].some(([line, { who, action }]) => isAbout(who, action, line)(one))),
    ];
    return {
      refused: wrong.map(([line]) => line),
      unused: unexcused.map(([line]) => line).toSorted(),
      idle: idle.map(({ who = 'everyone', action, reason }) => `${who} ${action}: ${reason}`),
      judged,
      granted: granted.size,
      excepted: unused.length - unexcused.length,
    };
  };

  return { enter, refuse, expect, verdict };
}

interface Refusal {
  readonly who: string;
  readonly action: string;
}

/** The values that conditions could be about, for the line of a refusal. They are no secrets. */
function contextIn({ context }: Request): string {
  return Object.entries(context)
    .map(([key, values]) => ` ${key}=${values.join(',')}`)
    .join('');
}

function grantsOf(
  statements: readonly Statement[],
  from: string,
  whoIn: (statement: Statement) => readonly string[],
): readonly Grant[] {
  return statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap((statement) =>
      whoIn(statement).flatMap((who) => statement.actions.map((action) => ({ who, from, action, statement }))),
    );
}

/** Names the principals of a statement by their functions where they have one. */
function whoOf({ principals }: Statement, roles: readonly Principal[]): readonly string[] {
  return principals.map((arn) => roles.find(({ roleArn }) => roleArn === arn)?.functionName ?? arn);
}

/** Writes a grant as the run prints it. The statement of a key names many principals, and the line only one. */
function lineOf({ who, from, action, statement }: Grant): string {
  const onlyIf = Object.entries(statement.conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => `${key} ${operator} ${values.join(' or ')}`),
  );
  const where = from === 'role' ? statement.resources.join(', ') : from;
  return `${who} | ${action} | ${where}${onlyIf.length > 0 ? ` | only if ${onlyIf.join(', ')}` : ''}`;
}

/** A key's statement can name the caller itself, or the account that decides by the caller's role. */
function isOneOf(functionName: string): (who: string) => boolean {
  return (who) => who === functionName || who.endsWith(':root');
}

function isAbout(who: string, action: string, line: string): (exception: Exception) => boolean {
  const fits = (pattern: string | RegExp | undefined, text: string) =>
    pattern === undefined || (typeof pattern === 'string' ? pattern === text : pattern.test(text));
  return (exception) =>
    fits(exception.who, who) &&
    fits(exception.action, action) &&
    (typeof exception.where === 'string' ? line.includes(exception.where) : fits(exception.where, line));
}
