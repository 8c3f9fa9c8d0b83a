import { describe, expect, test } from 'vitest';
import { codeMail, invitationMail } from '#shared/pages/mails/login-mails.ts';
import { addressChangedMail, deletionMail, identityMail, newLoginLinkMail } from '#shared/pages/mails/notices.ts';
import { evilTexts } from '#test/support/pages/evil-texts.ts';

const NOON = Date.UTC(2026, 10, 30, 12, 5) / 1000;

const code = {
  workspaceName: 'Example Cloud',
  code: 'AB2C9XYZ',
  validMinutes: 10,
  browser: 'Firefox on Linux',
  place: '203.0.113.7',
};

const invitation = {
  into: 'Acme',
  invitedBy: 'Grace Hopper',
  email: 'ada@example.com',
  roles: ['Reader', 'Billing'],
  link: 'https://auth.example.com/invitations/inv_1',
  validDays: 7,
};

const notice = { workspaceName: 'Example Cloud', atSeconds: NOON };

describe('the mail with a code', () => {
  test('says which application, which browser and where, and that nobody will ask for the code', () => {
    expect(codeMail({ ...code, application: 'Report Mailer' })).toEqual({
      subject: 'Your code for Example Cloud',
      text: `Your code is:

    AB2C 9XYZ

It is valid for 10 minutes and works once, only in the browser that asked for it:

    Firefox on Linux, 203.0.113.7

You log in to continue to Report Mailer.

Nobody will ever ask you for this code: not on the phone, not by e-mail, not in a chat.
If you did not ask for it, ignore this mail. Without the code nobody can log in as you.
`,
    });
  });

  test('speaks of no application where none waits', () => {
    expect(codeMail(code).text).not.toContain('continue to');
  });
});

describe('the other mails', () => {
  test('invite', () => {
    expect(invitationMail(invitation)).toEqual({
      subject: 'Invitation to Acme',
      text: `Grace Hopper invited you to join Acme.

Open this page to accept or decline:

    https://auth.example.com/invitations/inv_1

The invitation is for ada@example.com and is valid for 7 days.
If you do not know who invited you, ignore this mail.

You would have these roles: Reader, Billing.
`,
    });
  });

  test('tell both addresses of a change', () => {
    const { subject, text } = addressChangedMail({ ...notice, before: 'ada@old.example', after: 'ada@new.example' });
    expect(subject).toBe('Your e-mail address at Example Cloud was changed');
    expect(text).toContain(
      'on November 30, 2026 at 12:05 UTC:\n\n    from ada@old.example\n    to   ada@new.example\n',
    );
  });

  test.each([
    ['linked', 'A new way to log in to your account at Example Cloud', 'a login by Acme was added to'],
    ['removed', 'A way to log in to your account at Example Cloud was removed', 'the login by Acme was removed from'],
  ] as const)('tell of a way to log in that was %s', (change, subject, words) => {
    expect(identityMail({ ...notice, change, provider: 'Acme' })).toEqual({
      subject,
      text: expect.stringContaining(`On November 30, 2026 at 12:05 UTC, ${words} your account at Example Cloud.`),
    });
  });

  test('tell of a new login link without the link', () => {
    const { subject, text } = newLoginLinkMail({ ...notice, madeBy: 'Grace Hopper' });
    expect(subject).toBe('A new login link for your account at Example Cloud');
    expect(text).toMatch(/^Grace Hopper made a new login link .* It works from November 30, 2026 at 12:05 UTC on\.\n/);
    expect(text).not.toContain('://');
  });

  test('tell when an account will be deleted', () => {
    expect(deletionMail(notice)).toEqual({
      subject: 'Your account at Example Cloud will be deleted',
      text: expect.stringContaining('will be deleted on November 30, 2026 at 12:05 UTC.'),
    });
  });
});

describe('a name in a mail', () => {
  /** All mails, with one text in the place of every name. */
  const mailsWith = (name: string) => [
    codeMail({ ...code, workspaceName: name, code: name, browser: name, place: name, application: name }),
    invitationMail({ ...invitation, into: name, invitedBy: name, email: name, roles: [name] }),
    identityMail({ ...notice, workspaceName: name, change: 'linked', provider: name }),
    addressChangedMail({ ...notice, workspaceName: name, before: name, after: name }),
    newLoginLinkMail({ ...notice, workspaceName: name, madeBy: name }),
    deletionMail({ ...notice, workspaceName: name }),
  ];

  const lines = (name: string) => mailsWith(name).map(({ subject, text }) => [subject, text].map(countLines));

  test.each([...evilTexts, 'Acme\r\nBcc: eve@evil.example\r\n\r\nHello', 'a\nb', 'a\u2028b\u2029c\u0085d', 'a\0b'])(
    'S10, M15: stays in its line, turns no direction and has no control character: %j',
    (name) => {
      expect(lines(name)).toEqual(lines('Acme'));
      const everything = mailsWith(name)
        .flatMap(({ subject, text }) => [subject, ...text.split('\n')])
        .join('');
      expect(everything.isWellFormed()).toBe(true);
      expect(everything).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
    },
  );

  test.each(['http://evil.example/a', 'www.evil.example', 'evil.example', 'Call us: https://evil.example'])(
    'becomes no link: %s',
    (into) => {
      const { subject, text } = invitationMail({ ...invitation, into, invitedBy: into, roles: [into] });
      const withoutOurs = (subject + text).replace(invitation.link, '').replace(invitation.email, '');
      expect(withoutOurs).not.toMatch(/:\/\/|\w\.\w/);
    },
  );

  test('keeps its first 80 characters only', () => {
    const { subject } = invitationMail({ ...invitation, into: '😀'.repeat(200) });
    expect(subject).toBe(`Invitation to ${'😀'.repeat(79)}…`);
  });

  test('leaves the longest e-mail address whole', () => {
    const email = `${'a'.repeat(64)}@${'b'.repeat(185)}.com`;
    expect(invitationMail({ ...invitation, email }).text).toContain(`is for ${email} and`);
  });

  test('fills no place of the text', () => {
    expect(codeMail({ ...code, workspaceName: '{code}' }).subject).toBe('Your code for {code}');
  });

  test.each(['javascript:alert(1)', 'https://a.example/\r\nBcc: b@c.example', '/invitations/1'])(
    'S10: is never a link that we write: %j',
    (link) => {
      expect(() => invitationMail({ ...invitation, link })).toThrow(TypeError);
    },
  );
});

function countLines(text: string): number {
  return text.split('\n').length;
}
