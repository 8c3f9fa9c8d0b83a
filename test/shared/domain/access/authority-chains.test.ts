import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DomainError } from '#shared/domain/errors.ts';
import { type CallName, calls } from '#test/support/ports/authority-calls.ts';
import type { Choices } from '#test/support/ports/authority-choices.ts';
import {
  type AuthorityModel,
  type Beginning,
  callerOf,
  HANDED_ON,
  openAuthorityModel,
} from '#test/support/ports/authority-model.ts';
import { everythingHeld, permitted } from '#test/support/ports/authority-reference.ts';

const CHAINS = 10_000;

/** The longest chain of calls. A caller, a tool that it makes and the gain of that tool take four calls. */
const CALLS_MAX = 8;

const callNames = Object.keys(calls) as readonly CallName[];

const level = fc.constantFrom(10, 100, 200);

const permissions = fc.subarray([...HANDED_ON]);

const beginnings: fc.Arbitrary<Beginning> = fc.record({
  roles: fc.array(fc.record({ level, permissions, isDefault: fc.boolean() }), { minLength: 4, maxLength: 4 }),
  grants: fc.tuple(permissions, permissions),
  member: fc.oneof({ weight: 4, arbitrary: permissions }, fc.constant('all' as const)),
  caller: fc.constantFrom('cli_robot', 'cli_tenant', 'cli_ada', 'cli_service', 'usr_ada', 'usr_cyn'),
  scope: fc.option(permissions, { nil: undefined }),
});

interface Step extends Choices {
  readonly call: CallName;
  readonly by: number;
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    call: fc.constantFrom(...callNames),
    by: fc.nat(),
    target: fc.nat(),
    roles: fc.array(fc.nat(), { maxLength: 2 }),
    permissions,
    level,
    flag: fc.boolean(),
  }),
  { minLength: 1, maxLength: CALLS_MAX },
);

/** Makes a call with one of the tokens that the caller can get so far. Whether it succeeded. */
async function make({ call, by, ...choices }: Step, model: AuthorityModel): Promise<boolean> {
  const { tokens } = model.state;
  const token = tokens[by % tokens.length];
  const caller = token && (await callerOf(token, model));
  if (caller === undefined) return false;
  try {
    const gained = await calls[call](caller, choices, model);
    if (gained !== undefined) tokens.push(gained);
    return true;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}

/** What anybody holds now beyond what they held at the beginning and what the first token permitted. */
function gains(before: ReadonlyMap<string, readonly string[]>, mayHold: readonly string[], model: AuthorityModel) {
  const ofTokens = model.state.tokens.map((token) => [token.clientId, permitted(token, model), []] as const);
  const ofPrincipals = [...everythingHeld(model)].map(([id, held]) => [id, held, before.get(id) ?? []] as const);
  return [...ofTokens, ...ofPrincipals].flatMap(([id, held, earlier]) =>
    held.filter((value) => !mayHold.includes(value) && !earlier.includes(value)).map((value) => `${id}: ${value}`),
  );
}

test('Sound 3: C8: no chain of calls makes anything with a management permission that the first token does not have', async () => {
  const successes = new Map(callNames.map((name) => [name, 0]));
  const chains = fc.asyncProperty(beginnings, steps, async (beginning, chain) => {
    const model = openAuthorityModel(beginning);
    const [first] = model.state.tokens;
    const mayHold = first === undefined ? [] : permitted(first, model);
    const before = everythingHeld(model);
    for (const step of chain) {
      if (await make(step, model)) successes.set(step.call, (successes.get(step.call) ?? 0) + 1);
      expect(gains(before, mayHold, model)).toEqual([]);
    }
  });
  await fc.assert(chains, { numRuns: CHAINS });
  // A call that never succeeds proves nothing.
  expect([...successes].filter(([, count]) => count < 10)).toEqual([]);
});
