import type { ReceivedMail } from '../../mail/mailbox.ts';

/** The mails that a local Mintmark sent, the newest first. Mails under way are among them. */
export async function localMails(url: string): Promise<readonly ReceivedMail[]> {
  const response = await fetch(`${url}/local/mail`, { headers: { accept: 'application/json' } });
  return (await response.json()) as ReceivedMail[];
}

/** The code in the text of a mail. */
export function codeIn(mail: ReceivedMail | undefined): string {
  const code = /^ {4}(\w{4} \w{4})$/m.exec(mail?.text ?? '')?.[1];
  if (code === undefined) throw new Error('There is no code in this mail.');
  return code;
}
