/** All texts of the mails, so that they can be translated in one place. */
export const mailTexts = {
  code: {
    subject: 'Your code for {workspace}',
    text: `Your code is:

    {code}

It is valid for {minutes} minutes and works once, only in the browser that asked for it:

    {browser}, {place}
`,
    application: `
You log in to continue to {application}.
`,
    warning: `
Nobody will ever ask you for this code: not on the phone, not by e-mail, not in a chat.
If you did not ask for it, ignore this mail. Without the code nobody can log in as you.
`,
  },
  invitation: {
    subject: 'Invitation to {place}',
    text: `{inviter} invited you to join {place}.

Open this page to accept or decline:

    {link}

The invitation is for {email} and is valid for {days} days.
If you do not know who invited you, ignore this mail.
`,
    roles: `
You would have these roles: {roles}.
`,
  },
  identityLinked: {
    subject: 'A new way to log in to your account at {workspace}',
    text: `On {moment}, a login by {provider} was added to your account at {workspace}. It opens your account from now on.

If you did this, you have nothing to do.
If you did not expect this, log in now, remove it on your account page, and log out everywhere.
Then tell the people who run {workspace}.
`,
  },
  identityRemoved: {
    subject: 'A way to log in to your account at {workspace} was removed',
    text: `On {moment}, the login by {provider} was removed from your account at {workspace}. It does not open your account any more.

If you did this, you have nothing to do.
If you did not expect this, log in now, and log out everywhere.
Then tell the people who run {workspace}.
`,
  },
  addressChanged: {
    subject: 'Your e-mail address at {workspace} was changed',
    text: `The e-mail address of your account at {workspace} was changed on {moment}:

    from {before}
    to   {after}

You were logged out everywhere.
If you did not expect this, tell the people who run {workspace} now.
`,
  },
  newLoginLink: {
    subject: 'A new login link for your account at {workspace}',
    text: `{maker} made a new login link for your account at {workspace}. It works from {moment} on.

If you asked for it, you have nothing to do.
If you did not expect this, tell the people who run {workspace} now: with the link, somebody could log in as you.
`,
  },
  deletion: {
    subject: 'Your account at {workspace} will be deleted',
    text: `Your account at {workspace} will be deleted on {moment}.

Until then you can change your mind: log in, and keep the account. Afterwards nobody can bring it back.
If you did not ask for this, log in now and keep the account.
`,
  },
} as const;
