import { describe, expect, test } from 'vitest';
import { assertThirdPartyName } from '#shared/domain/developers/third-party-names.ts';

const check =
  (name: string, reserved: readonly string[] = []) =>
  () =>
    assertThirdPartyName(name, reserved);

describe('W12: the name of an application of others', () => {
  test.each([
    ['the same', 'Mintmark'],
    ['a part of it', 'My Mintmark tools'],
    ['another case', 'mINTMARK'],
    ['accents', 'Mîntmárk'],
    ['digits', 'M1ntm4rk'],
    ['signs between the letters', 'M.i.n.t m-a-r-k'],
    ['two letters for one', 'rnintrnark'],
    ['Cyrillic letters only', 'міптмагк'],
    ['wide letters', 'Ｍｉｎｔｍａｒｋ'],
    ['letters of mathematics', '𝗠𝗶𝗻𝘁𝗺𝗮𝗿𝗸'],
    ['a dotless i', 'Mıntmark'],
    ['the word by which pages vouch', 'Dashboards (verified)'],
  ])('is refused for a reserved name: %s', (_how, name) => {
    expect(check(name)).toThrow('reserved');
  });

  test.each([
    ['Cyrillic in Latin', 'Dаshboards'],
    ['Greek in Latin', 'Dashbοards'],
    ['Greek and Cyrillic', 'Αаа'],
  ])('is refused for mixed alphabets: %s', (_which, name) => {
    expect(check(name)).toThrow('alphabets');
  });

  test('is refused for a name of the workspace, and for nothing but signs', () => {
    expect(check('Acme+', ['Acme'])).toThrow('reserved');
    expect(check('Аcмe'.replace('c', 'с').replace('e', 'е'), ['Acme'])).toThrow('reserved');
    expect(check('★ ★')).toThrow('letter');
    expect(check('Dashboards', ['★'])).not.toThrow();
  });

  test.each([
    'Dashboards',
    'Отчёты',
    'Αναφορές',
    'レポート Mailer',
    '보고서 App',
    'تقارير',
    'Café № 5',
    'Minty Markets',
    'Reports 2027 🚀',
  ])('may be %s', (name) => {
    expect(check(name, ['Acme'])).not.toThrow();
  });
});
