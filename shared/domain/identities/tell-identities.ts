import { type MailLimitPorts, mayNotify } from '../login/mail-limits.ts';
import type { MailQueue, WaitingIdentityNotice } from '../login/mail-queue.ts';
import { IDENTITIES_MAX, identityList } from '../people-records/identity.ts';
import type { DirectoryLister } from '../records/lists.ts';
import type { User } from '../records/principals.ts';

/** After this time, nobody needs the notice any more. */
const NOTICE_LIFETIME_SECONDS = 86_400;

/** The ports that tell a person of a change of the account. */
export interface TellPorts extends MailLimitPorts {
  readonly directoryList: DirectoryLister;
  readonly mailQueue: MailQueue;
}

/** What is told: a way to log in is new, or gone. */
type Notice = Omit<WaitingIdentityNotice, 'to' | 'expiresAtSeconds' | 'atSeconds'>;

/**
 * Tells a person of a change, at all addresses that the person's identities have. Call it before the change, so that no
 * change stays secret because a mail could not be sent.
 * @throws DomainError `temporarily_unavailable`, also from the queue
 */
export async function tellIdentities(
  user: Pick<User, 'id' | 'email'>,
  notice: Notice,
  ports: TellPorts,
): Promise<void> {
  if (!ports.mailQueue.isAvailable) return;
  const { items } = await ports.directoryList.list(identityList(user.id), { limit: IDENTITIES_MAX });
  const addresses = [user.email, ...items.map(({ email }) => email)].filter((address) => address !== undefined);
  const atSeconds = ports.clock.nowSeconds();
  const about = { ...notice, atSeconds, expiresAtSeconds: atSeconds + NOTICE_LIFETIME_SECONDS };
  const tell = async (to: string) => {
    if (await mayNotify(to, ports)) await ports.mailQueue.enqueue({ ...about, to });
  };
  await Promise.all([...new Set(addresses.map((address) => address.toLowerCase()))].map(tell));
}
