import { momentText } from '../moment.ts';
import { address, fill, type Mail, named, ours } from './mail.ts';
import { mailTexts } from './mail-texts.ts';

/** What a notice about an account says. */
export interface NoticeProps {
  readonly workspaceName: string;
  /** The moment that the notice is about, in seconds since 1970. */
  readonly atSeconds: number;
}

/** Tells a person that a login by an identity provider opens the account, or does not open it any more. */
export function identityMail(
  props: NoticeProps & { readonly change: 'linked' | 'removed'; readonly provider: string },
): Mail {
  const { subject, text } = props.change === 'linked' ? mailTexts.identityLinked : mailTexts.identityRemoved;
  const { workspace, moment } = common(props);
  const body = fill(text, { workspace, moment, provider: named(props.provider) });
  return { subject: fill(subject, { workspace }), text: body };
}

/** Tells both addresses that one was put in the place of the other. */
export function addressChangedMail(props: NoticeProps & { readonly before: string; readonly after: string }): Mail {
  const { subject, text } = mailTexts.addressChanged;
  const { workspace, moment } = common(props);
  const body = fill(text, { workspace, moment, before: address(props.before), after: address(props.after) });
  return { subject: fill(subject, { workspace }), text: body };
}

/** Tells a person that somebody made a login link for them, and from when on it works. */
export function newLoginLinkMail(props: NoticeProps & { readonly madeBy: string }): Mail {
  const { subject, text } = mailTexts.newLoginLink;
  const { workspace, moment } = common(props);
  return { subject: fill(subject, { workspace }), text: fill(text, { workspace, moment, maker: named(props.madeBy) }) };
}

/** Tells a person when their account will be gone. */
export function deletionMail(props: NoticeProps): Mail {
  const { subject, text } = mailTexts.deletion;
  const { workspace, moment } = common(props);
  return { subject: fill(subject, { workspace }), text: fill(text, { workspace, moment }) };
}

function common({ workspaceName, atSeconds }: NoticeProps) {
  return { workspace: named(workspaceName), moment: ours(momentText(atSeconds)) };
}
