import type { Environment, EnvironmentVariable } from '#shared/ports.ts';
import type { World } from '../world/world.ts';

/** The settings of a world's functions, for starting some of them once more. */
export function settingsOf(world: World): Environment {
  const settings: Partial<Record<EnvironmentVariable, string>> = {
    MINTMARK_ISSUER: world.url,
    MINTMARK_CLIENTS_TABLE: 'mintmark-clients',
    MINTMARK_DIRECTORY_TABLE: 'mintmark-directory',
    MINTMARK_TOKENS_TABLE: 'mintmark-tokens',
    MINTMARK_AUDIT_TABLE: 'mintmark-audit',
    MINTMARK_SIGNING_KEYS: JSON.stringify({ RS256: 'alias/mintmark/rs256', ES256: 'alias/mintmark/es256' }),
    MINTMARK_WRAPPING_KEY: 'alias/mintmark/wrapping',
    MINTMARK_WORKSPACE: 'mintmark',
    MINTMARK_SIGNING_KEY_ALIASES: 'alias/mintmark/mintmark/local/',
    // The queue of the world is where the SDK looks for SQS, and takes messages at any path.
    MINTMARK_MAIL_QUEUE: `${process.env.AWS_ENDPOINT_URL_SQS}/000000000000/mails`,
  };
  return (variable) => settings[variable] ?? '';
}
