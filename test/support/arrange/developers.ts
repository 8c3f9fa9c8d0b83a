import type { Credentials, World } from '../world/world.ts';
import { type Manage, manageWith, succeed } from './manage.ts';
import { type OwnAccount, ownAccount } from './own-account.ts';

/** Where developers own applications. */
export const OWN_APPLICATIONS = '/v1/me/applications';

/** A good registration of an own application. */
export const registration = { name: 'Report Mailer', redirectUris: ['https://mailer.example.net/callback'] };

/** A user, with the requests that an application of the workspace sends in the user's name. */
export interface Developer extends OwnAccount {
  readonly manage: Manage;
}

/** Lets users own applications, as these settings say. */
export async function letDevelopersIn(world: World, developers: object): Promise<void> {
  await succeed(world.manage('PATCH', '/v1/settings', { developers }));
}

/** A new user, or this one. Whether the user may own applications, the settings say. */
export async function newDeveloper(world: World, terms: Parameters<typeof ownAccount>[1] = {}): Promise<Developer> {
  const account = await ownAccount(world, terms);
  return { ...account, manage: manageWith(world, account.token) };
}

/** Registers an application of a developer. */
export function registerOwn({ manage }: Developer, changes: object = {}): Promise<Credentials> {
  return succeed<Credentials>(manage('POST', OWN_APPLICATIONS, { ...registration, ...changes }));
}

/** Where the developer finds an application. */
export function pathOf({ clientId }: Pick<Credentials, 'clientId'>): string {
  return `${OWN_APPLICATIONS}/${clientId}`;
}
