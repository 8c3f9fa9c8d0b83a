/**
 * All texts of the pages, so that they can be translated in one place. A place such as `{application}` is filled with a
 * name; `say` checks that none is forgotten.
 */
export const texts = {
  lang: 'en',
  problem: 'Problem',
  login: {
    title: 'Log in',
    toApplication: 'Log in to continue to {application}.',
    anew: 'Log in once more, so that nobody but you changes your account.',
    email: 'E-mail address',
    hint: 'We send you a code. You need no password.',
    button: 'Send me a code',
    or: 'or',
    provider: 'Continue with {provider}',
    noMail: 'This service cannot send e-mail yet, so nobody can log in with a code.',
    noMailOperator: 'If you run it: set {setting} in the deployment, and deploy again.',
    noWay: 'Nobody can log in here yet. Ask the people who run this service.',
  },
  code: {
    title: 'Enter your code',
    sent: 'We sent a code of 8 characters to {email}.',
    code: 'Code',
    hint: 'Capital and small letters are the same, and spaces do not count.',
    button: 'Log in',
    oneTry: 'You have one try left. After that, you need a new code.',
    triesLeft: 'You have {tries} tries left.',
    patience: 'The e-mail may take a minute; look into your spam folder, too. The code works in this browser only.',
    resend: 'Send a new code',
    otherAddress: 'Use another address',
  },
  provider: {
    title: 'Not logged in',
    problems: {
      failed: {
        status: 400,
        explanation: 'The login with {provider} did not work. Try again, or log in another way.',
      },
      denied: {
        status: 403,
        explanation: 'You did not log in with {provider}. Try again, or log in another way.',
      },
      old: {
        status: 403,
        explanation:
          'You have to log in anew, but {provider} did not say that you just did. Try again, or log in another way.',
      },
      unknown: {
        status: 403,
        explanation:
          'Your login with {provider} belongs to nobody here. If you have an account here, log in the way you did before. If not, ask the people who run this service for an invitation.',
      },
      notAllowed: {
        status: 403,
        explanation:
          'You cannot log in here with {provider}. Log in another way, or ask the people who run this service.',
      },
    },
    said: 'What {provider} said:',
    again: 'Back to the login',
  },
  loginLink: {
    title: 'Log in with this link',
    heading: 'Log in as {email}?',
    explanation: 'This link logs you in to {workspace}. It works once.',
    button: 'Log in as {email}',
    warning: 'If you do not know this address, close this page.',
  },
  tenant: {
    title: 'Choose an account',
    heading: 'Which account do you want to use?',
    explanation: '{application} will work with the account that you choose.',
  },
  consent: {
    title: 'Allow access',
    heading: 'Allow {application} to act for you?',
    headingPersonOnly: 'Tell {application} who you are?',
    asWhom: 'You are logged in as {person}.',
    otherAccount: 'Not you? Log in as somebody else',
    verified: 'Verified',
    notVerified: 'Not verified',
    notVerifiedMeaning:
      'Nobody has checked who made this application. Allow it only if you know it and have just started it.',
    goesTo: 'Afterwards you return to {host}.',
    goesToComputer: 'Afterwards you return to a program on this computer ({host}).',
    goesToApp: 'Afterwards you return to an app on this device ({host}).',
    inTenant: 'It may use {api} in your account {tenant}.',
    inNoTenant: 'It may use {api}.',
    permissions: 'It may do what you leave ticked:',
    openid: 'It learns:',
    openidScopes: {
      openid: 'that you are you, each time you log in to it',
      profile: 'your name',
      email: 'your e-mail address',
    },
    online: 'Its access ends when you log out.',
    offline: 'It keeps its access after you log out, until you withdraw it.',
    allow: 'Allow',
    deny: 'Deny',
    later: 'You can withdraw this at any time on your account page.',
  },
  invitation: {
    title: 'Invitation',
    heading: 'Join {place}?',
    explanation: '{inviter} invited {email} to join {place}.',
    roles: 'You will have these roles:',
    noRoles: 'You will have no roles at first.',
    logInFirst: 'To answer, show that {email} is your address: we send you a code.',
    sendCode: 'Send me a code',
    notYou: 'If this is not your address, close this page.',
    accept: 'Join',
    decline: 'Decline',
  },
  account: {
    title: 'Your account',
    memberships: 'Where you belong',
    noMemberships: 'You are a member of no account yet.',
    workspace: 'You help to run this service as',
    allOfWorkspace: 'You may do everything in this service.',
    noRoles: 'no roles',
    identities: 'How you log in',
    byCode: 'By a code that we send to this address',
    byCodeUnverified: 'By a code that we send to this address. You have not done so yet.',
    byProvider: 'With {provider}',
    linked: 'Added {moment}',
    lastUsed: 'Last used {moment}',
    removeIdentity: 'Remove',
    removeIdentityOf: 'the login with {provider}',
    sessions: 'Where you are logged in',
    noSessions: 'Nowhere else.',
    isCurrent: 'This browser',
    since: 'Since {moment}',
    lastSeen: 'Last seen {moment}',
    endSession: 'End',
    endSessionOf: 'the session of {device}',
    applications: 'Applications that may act for you',
    noApplications: 'None. When you allow an application, you find it here.',
    inTenant: '{api} in {tenant}',
    whoYouAre: 'It learns who you are.',
    withdraw: 'Withdraw',
    withdrawFrom: 'the access of {application}',
    logout: 'Log out',
    logoutEverywhere: 'Log out everywhere',
  },
  leave: {
    title: 'One moment',
    explanation: 'You return to {host}. If nothing happens, use the button.',
    button: 'Continue to {host}',
    message: 'This page talks to the application that opened it. You can close it.',
  },
  logout: {
    title: 'Log out',
    heading: 'Log out?',
    explanation: 'You are logged in as {person}. Applications that need you to be logged in lose their access, too.',
    button: 'Log out',
    stay: 'Stay logged in',
    doneTitle: 'Logged out',
    doneHeading: 'You are logged out',
    done: 'You can close this page.',
    again: 'Log in again',
  },
  problems: {
    email: 'This is no e-mail address. Look for a missing @ or a missing ending such as .com.',
    tooMany: 'There were too many tries. Wait a few minutes, then try again.',
    codeWrong: 'This code is not right. Compare it with the newest e-mail.',
    codeOver: 'This code is no longer valid. Ask for a new one.',
    otherBrowser: 'Log in again: this began in another browser, or too long ago.',
    formOver: 'This page was open for too long, and nothing was changed. Try again.',
  },
  error: {
    back: 'Go back to the application, and try again from there.',
    developer: 'For the developer',
    request: 'Request {requestId}',
  },
  errors: {
    badRequest: {
      status: 400,
      title: 'This link does not work',
      explanation:
        'The application sent you here with a request that is not complete. You did nothing wrong. Tell the people who run the application.',
    },
    unknownApplication: {
      status: 400,
      title: 'We do not know this application',
      explanation:
        'Perhaps it was removed, or the link is not complete. You did nothing wrong. Tell the people who run the application.',
    },
    wrongRedirect: {
      status: 400,
      title: 'We cannot send you back safely',
      explanation:
        'The application gave an address that it has not registered, so we stopped here to protect you. Tell the people who run the application.',
    },
    linkOver: {
      status: 410,
      title: 'This link is no longer valid',
      explanation: 'It was used already, or it is too old. Ask for a new one.',
    },
    interactionOver: {
      status: 400,
      title: 'This took too long',
      explanation:
        'For your safety we forget a login after some time, and we finish it only in the browser where it began. Go back to the application, and start again.',
    },
    forged: {
      status: 403,
      title: 'We did not expect this',
      explanation:
        'The form did not come from a page of ours in this browser, so nothing was changed. Open the page again, with cookies allowed, and repeat what you did.',
    },
    forbidden: {
      status: 403,
      title: 'You may not do this',
      explanation: 'You are logged in, but not allowed to do this. Ask an administrator of your account.',
    },
    notFound: {
      status: 404,
      title: 'There is no such page',
      explanation: 'Check the address, or go back to where you came from.',
    },
    wrongMethod: {
      status: 405,
      title: 'This page works in another way',
      explanation: 'Go back to where you came from, and try again from there.',
    },
    tooMany: {
      status: 429,
      title: 'Too many tries',
      explanation: 'Wait a few minutes, then try again.',
    },
    unexpected: {
      status: 500,
      title: 'Something went wrong here',
      explanation:
        'This is our mistake, and nothing was changed. Try again. If it stays so, send us the request number below.',
    },
    unavailable: {
      status: 503,
      title: 'This does not work right now',
      explanation: 'A part of this service does not answer, so we decided nothing. Try again in a minute.',
    },
  },
} as const;
