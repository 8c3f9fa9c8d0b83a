import { countEach, race } from '../ask/concurrent-calls.ts';
import { type SecretOwner, type ShownSecrets, secretIdOf } from '../clients/secret-owners.ts';
import type { Credentials, Reply } from '../world/world.ts';
import { RUNNERS } from './race-rounds.ts';

/** What one request of a race does. */
export type Act = 'rotate' | 'rotate without grace' | 'delete' | 'update';

/** A race: what its requests do in turn, and whether all of them name the first version of the credential. */
export interface Race {
  readonly name: string;
  readonly acts: readonly Act[];
  readonly ifMatch: boolean;
}

/** All races about one credential. */
export const races: readonly Race[] = [
  { name: 'rotations of one version', acts: ['rotate'], ifMatch: true },
  { name: 'rotations without grace of one version', acts: ['rotate without grace'], ifMatch: true },
  { name: 'deletions of one version', acts: ['delete'], ifMatch: true },
  { name: 'updates of one version', acts: ['update'], ifMatch: true },
  { name: 'rotations, deletions and updates of one version', acts: ['rotate', 'delete', 'update'], ifMatch: true },
  { name: 'rotations of any version', acts: ['rotate'], ifMatch: false },
  { name: 'rotations without grace of any version', acts: ['rotate without grace'], ifMatch: false },
  { name: 'deletions of any version', acts: ['delete'], ifMatch: false },
  { name: 'updates of any version', acts: ['update'], ifMatch: false },
  {
    name: 'rotations, deletions and updates of any version',
    acts: ['rotate', 'rotate without grace', 'delete', 'update'],
    ifMatch: false,
  },
];

/** How a race ended for one of its runners. */
export interface Finish {
  readonly act: Act;
  readonly runner: number;
  readonly reply: Reply;
}

/** Sends a management request about one credential. */
export type Send = (method: string, path: string, body: unknown, headers: Record<string, string>) => Promise<Reply>;

/** A credential of a race, with its version before the race. */
export interface Contested extends SecretOwner {
  readonly version: number;
}

/** Starts all runners at once and waits for the last of them. */
export function runRace({ acts, ifMatch }: Race, { path, version }: Contested, send: Send): Promise<readonly Finish[]> {
  const headers: Record<string, string> = ifMatch ? { 'if-match': `"${version}"` } : {};
  const requests: Readonly<Record<Act, (runner: number) => Promise<Reply>>> = {
    rotate: () => send('POST', `${path}/secrets/rotate`, { graceSeconds: 60 }, headers),
    'rotate without grace': () => send('POST', `${path}/secrets/rotate`, { graceSeconds: 0 }, headers),
    delete: () => send('DELETE', path, undefined, headers),
    update: (runner) => send('PATCH', path, { metadata: { [`m${runner}`]: runner } }, headers),
  };
  const run = async (runner: number): Promise<Finish> => {
    const act = acts[runner % acts.length] ?? 'update';
    return { act, runner, reply: await requests[act](runner) };
  };
  return Promise.all(race(RUNNERS, run));
}

/** The runners whose request succeeded. */
export function winnersOf(finishes: readonly Finish[]): readonly Finish[] {
  return finishes.filter(({ reply }) => reply.status < 300);
}

/** Whether a call took an overloaded machine too long: its 503 says neither yes nor no, so the race proves nothing. */
export function isUndecided(finishes: readonly Finish[]): boolean {
  return finishes.some(({ reply }) => reply.status === 503);
}

/** How often the other runners got each status. */
export function refusalsOf(finishes: readonly Finish[]): Readonly<Record<string, number>> {
  return countEach(finishes.map(({ reply }) => reply.status).filter((status) => status >= 300));
}

/** The credential as it must be after the changes that succeeded, in their order. */
export interface Expected {
  readonly version: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Credentials whose secrets work. */
  readonly live: readonly Credentials[];
  /** Credentials whose secrets do not work. */
  readonly dead: readonly Credentials[];
}

/** The credential as it must be after a race; undefined if the race deleted it. */
export function expectedAfter({ credentials, version }: Contested, winners: readonly Finish[]): Expected | undefined {
  if (winners.some(({ act }) => act === 'delete')) return undefined;
  const updates = winners.filter(({ act }) => act === 'update').map(({ runner }) => runner);
  const rotations = winners
    .filter(({ act }) => act !== 'update')
    .toSorted((one, other) => versionOf(one) - versionOf(other));
  let live = [credentials];
  for (const { act, reply } of rotations) {
    const { clientSecret } = reply.body as Credentials;
    live = [...(act === 'rotate' ? live : []), { ...credentials, clientSecret }];
  }
  const kept = new Set(live.map(secretIdOf));
  return {
    version: version + winners.length,
    metadata: Object.fromEntries(updates.map((runner) => [`m${runner}`, runner])),
    live,
    dead: credentialsIn(credentials, winners).filter((one) => !kept.has(secretIdOf(one))),
  };
}

/** Every secret that a credential ever had. */
export function credentialsIn(first: Credentials, winners: readonly Finish[]): readonly Credentials[] {
  const shown = winners.map(({ reply }) => (reply.body as Partial<ShownSecrets> | undefined)?.clientSecret ?? []);
  return [first, ...shown.flat().map((clientSecret) => ({ ...first, clientSecret }))];
}

function versionOf({ reply }: Finish): number {
  return (reply.body as { readonly version: number }).version;
}
