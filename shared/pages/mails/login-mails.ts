import { address, fill, link, type Mail, named, ours, type Safe, spaced } from './mail.ts';
import { mailTexts } from './mail-texts.ts';

/** What the mail with a code says. */
export interface CodeMailProps {
  readonly workspaceName: string;
  readonly code: string;
  readonly validMinutes: number;
  /** The application that waits for the login. */
  readonly application?: string | undefined;
  /** The browser that asked, such as "Firefox on Linux". */
  readonly browser: string;
  /** Where that browser is: a network address, or what is known about it. */
  readonly place: string;
}

/** What an invitation says. */
export interface InvitationMailProps {
  /** The name of the tenant or of the workspace. */
  readonly into: string;
  readonly invitedBy: string;
  /** The address that was invited. */
  readonly email: string;
  /** The names of the roles. */
  readonly roles: readonly string[];
  readonly link: string;
  readonly validDays: number;
}

/** Writes the mail with a code for a login. The code is not in the subject, which a locked telephone shows. */
export function codeMail(props: CodeMailProps): Mail {
  const { subject, text, application, warning } = mailTexts.code;
  const body = fill(text, {
    code: spaced(props.code),
    minutes: ours(props.validMinutes),
    browser: named(props.browser),
    place: address(props.place),
  });
  const waiting = props.application === undefined ? '' : fill(application, { application: named(props.application) });
  return { subject: fill(subject, { workspace: named(props.workspaceName) }), text: body + waiting + warning };
}

/** Writes an invitation. */
export function invitationMail(props: InvitationMailProps): Mail {
  const { subject, text, roles } = mailTexts.invitation;
  const place = named(props.into);
  const body = fill(text, {
    inviter: named(props.invitedBy),
    place,
    link: link(props.link),
    email: address(props.email),
    days: ours(props.validDays),
  });
  const having = props.roles.length === 0 ? '' : fill(roles, { roles: props.roles.map(named).join(', ') as Safe });
  return { subject: fill(subject, { place }), text: body + having };
}
