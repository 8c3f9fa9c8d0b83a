import type { Look } from './look.ts';
import { DEFAULT_SETTINGS, SETTINGS_KEY, type WorkspaceSettings } from './settings.ts';

/** The workspace's settings, read with whatever else this look reads. */
export async function settingsIn(look: Look): Promise<WorkspaceSettings> {
  return (await look.find('settings', SETTINGS_KEY)) ?? DEFAULT_SETTINGS;
}

/** Lets the settings travel with what is read next. */
export function expectSettings(look: Look): void {
  look.expect('settings', SETTINGS_KEY);
}

/** The API meant where none is named and several could be: what the settings say, else what the deployment does. */
export async function defaultAudienceIn(
  look: Look,
  deployment: { readonly defaultAudience: string | undefined },
): Promise<string | undefined> {
  return (await settingsIn(look)).defaultAudience ?? deployment.defaultAudience;
}
