import { expect, test } from 'vitest';
import { DomainError } from '#shared/domain/errors.ts';
import type { DecidingClaims } from '#shared/domain/tokens/claims.ts';
import { LIST_LENGTH, type StatusPlace } from '#shared/domain/tokens/status-places.ts';
import { outcomeOf, race, repeat } from '#test/support/ask/concurrent-calls.ts';
import { ROUND_MILLISECONDS_MAX, RUNNERS, roundsEach } from '#test/support/faults/race-rounds.ts';
import { denied, loseFirstReplyTo, whileFailing } from '#test/support/faults/while-failing.ts';
import type { Ports, Workspace } from '#test/support/world/workspace.ts';

const NOW = 1_800_000_000;

const DAY_SECONDS = 86_400;

const RACES = roundsEach(1, 3);

let serial = 0;

function claims(atSeconds = NOW): DecidingClaims {
  serial += 1;
  const names = { iss: 'https://auth.example.com', sub: 'cli_1', aud: 'urn:api', client_id: 'cli_1', scope: 'read' };
  return { ...names, jti: `tok_${serial}`, iat: atSeconds, nbf: atSeconds, exp: atSeconds + 60 };
}

const nameOf = ({ list, index }: StatusPlace) => `${list}/${index}`;

/** Ignores a call that an overloaded machine did not finish in time: it has assigned no token. */
function asUndecided(error: unknown): undefined {
  if (!(error instanceof DomainError) || error.code !== 'temporarily_unavailable') throw error;
}

/** Finds the places of tokens by reading lists, as the publisher of the lists does. */
async function placesOf(tokens: readonly DecidingClaims[], { statusEntries }: Ports, lists: Iterable<number>) {
  const found = new Map<string, string>();
  for (const list of new Set(lists)) {
    for (const entry of (await statusEntries.read(list)) ?? [])
      found.set(entry.claims.jti, nameOf({ list, index: entry.index }));
  }
  return tokens.map(({ jti }) => found.get(jti));
}

/** The contract of the ports of status lists: each token has its own place and is found there. */
export function statusListsContract(open: () => Promise<Workspace>): void {
  test('finds a token at its place, with all claims that decide about it', async () => {
    const { ports, openAgain } = await open();
    const token = { ...claims(), tenant_id: 'ten_1', cnf: { jkt: 'thumbprint' } };
    const { list, index } = await ports.statusPlaces.assign(token);
    expect(await openAgain().statusEntries.read(list)).toEqual([{ index, claims: token }]);
  });

  test(
    `RACE: gives each of ${RUNNERS} simultaneous tokens in four processes its own place, and loses no token`,
    async () => {
      const { ports, openAgain } = await open();
      const processes = [ports, openAgain(), openAgain(), openAgain()];
      const taken = new Set<string>();
      let issued = 0;
      for (let round = 0; round < RACES; round += 1) {
        const tokens = Array.from({ length: RUNNERS }, () => claims());
        const assign = (runner: number) => {
          const { statusPlaces } = processes[runner % processes.length] ?? ports;
          return statusPlaces.assign(tokens[runner] ?? claims());
        };
        const places = await Promise.all(race(RUNNERS, assign).map((assigning) => assigning.catch(asUndecided)));
        const decided = places.filter((place) => place !== undefined);
        const takenBefore = taken.size;
        for (const place of decided) taken.add(nameOf(place));
        expect(taken.size).toBe(takenBefore + decided.length);
        const found = await placesOf(tokens, ports, new Set(decided.map(({ list }) => list)));
        expect(found.filter((_, runner) => places[runner] !== undefined)).toEqual(decided.map(nameOf));
        issued += decided.length;
      }
      expect(issued).toBeGreaterThan((RACES * RUNNERS) / 2);
    },
    ROUND_MILLISECONDS_MAX * RACES,
  );

  test('begins the next list after a list is full', async () => {
    const { ports } = await open();
    const tokens = Array.from({ length: LIST_LENGTH + 1 }, () => claims());
    const places = await repeat(tokens.length, (number) => ports.statusPlaces.assign(tokens[number] ?? claims()), 32);
    const lists = [...new Set(places.map(({ list }) => list))].toSorted();
    expect([lists.length, (lists[1] ?? 0) - (lists[0] ?? 0)]).toEqual([2, 1]);
    expect((await ports.statusEntries.read(lists[0] ?? 0))?.map(({ index }) => index)).toEqual([
      ...Array(LIST_LENGTH).keys(),
    ]);
    expect(await placesOf(tokens, ports, lists)).toEqual(places.map(nameOf));
  });

  test('begins a new list on another day, also for simultaneous tokens of two days', async () => {
    const { ports } = await open();
    const tokens = Array.from({ length: 8 }, (_, number) => claims(NOW + (number % 2) * DAY_SECONDS));
    const places = await Promise.all(tokens.map((token) => ports.statusPlaces.assign(token)));
    const lists = places.map(({ list }) => list);
    expect(new Set(lists).size).toBe(2);
    expect(lists.map((list, number) => list === lists[number % 2])).toEqual(Array(8).fill(true));
    expect(await placesOf(tokens, ports, lists)).toEqual(places.map(nameOf));
  });

  test('finds no list without tokens', async () => {
    const { ports } = await open();
    const { list } = await ports.statusPlaces.assign(claims());
    const others = [list + 1, list - 1, list + 10_000_000];
    expect(await Promise.all(others.map((other) => ports.statusEntries.read(other)))).toEqual(Array(3).fill(undefined));
  });

  test.each(['ADD blocks', 'SET #place'])(
    'F-AMBIG: assigns each place once if the reply to %s is lost',
    async (expression) => {
      const { ports, dynamo } = await open();
      const loseFirst = loseFirstReplyTo('UpdateItem');
      const tokens = [claims(), claims(), claims()];
      const places = await whileFailing(
        dynamo,
        (operation, body) => (body.includes(expression) ? loseFirst(operation, body) : undefined),
        () => Promise.all(tokens.map((token) => ports.statusPlaces.assign(token))),
      );
      expect(new Set(places.map(nameOf)).size).toBe(tokens.length);
      expect(await placesOf(tokens, ports, [places[0]?.list ?? 0])).toEqual(places.map(nameOf));
    },
  );

  test('assigns no place twice, also if the counter of blocks is wrong', async () => {
    const { ports, openAgain, dynamo } = await open();
    const first = claims();
    const place = await ports.statusPlaces.assign(first);
    const forget = { kind: 'answer', body: { Attributes: { blocks: { N: '1' } } } } as const;
    const outcome = await whileFailing(
      dynamo,
      (_operation, body) => (body.includes('ADD blocks') ? forget : undefined),
      () => outcomeOf(openAgain().statusPlaces.assign(claims())),
    );
    expect([outcome, await placesOf([first], ports, [place.list])]).toEqual([
      'temporarily_unavailable',
      [nameOf(place)],
    ]);
  });

  test('keeps places longer than the lifetime of tokens', async () => {
    const { ports, scan } = await open();
    await ports.statusPlaces.assign(claims());
    const kept = (await scan('TOKENS')).map(({ removeAt }) => Number(removeAt) - NOW);
    expect([kept.length, kept.every((seconds) => seconds > 2 * DAY_SECONDS)]).toEqual([2, true]);
  });

  test('H11: answers temporarily_unavailable, never an empty list, if DynamoDB fails', async () => {
    const { ports, dynamo } = await open();
    const { list } = await ports.statusPlaces.assign(claims());
    const calls = () => [outcomeOf(ports.statusPlaces.assign(claims())), outcomeOf(ports.statusEntries.read(list))];
    expect(await whileFailing(dynamo, denied, () => Promise.all(calls()))).toEqual(
      Array(2).fill('temporarily_unavailable'),
    );
    expect(await Promise.all(calls())).toEqual(['done', 'done']);
  });
}
