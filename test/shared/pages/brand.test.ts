import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { colorProblems, contrast, textOn } from '#shared/pages/contrast.ts';
import { loginPage } from '#shared/pages/login/login.ts';
import { stylesheet, stylesheetWith } from '#shared/pages/stylesheet.ts';

const violet = { accent: '#5b2ab5', accentInDark: '#C4A8FF' };

describe('the contrast of two colours', () => {
  test.each([
    ['#000000', '#ffffff', 21],
    ['#ffffff', '#000000', 21],
    ['#777777', '#777777', 1],
    // The lightest grey that WCAG lets stand on white, and the next one.
    ['#767676', '#ffffff', 4.54],
    ['#777777', '#ffffff', 4.48],
    ['#ff0000', '#ffffff', 4.0],
  ])('of %s and %s is %d', (one, other, ratio) => {
    expect(contrast(one, other)).toBeCloseTo(ratio, 2);
  });

  test('decides whether black or white text stands on a colour', () => {
    expect([textOn('#0a6b4d'), textOn('#ffd400')]).toEqual(['#ffffff', '#0b120f']);
  });
});

describe('the colours of a brand', () => {
  test('have no problem where they can be read in both themes', () => {
    expect(colorProblems(violet)).toEqual([]);
  });

  test('are refused where they cannot be read, each in its theme', () => {
    expect(colorProblems({ accent: '#c4a8ff', accentInDark: '#5b2ab5' })).toEqual([
      { field: 'accent', reason: 'contrast', ratio: expect.closeTo(1.86, 2) },
      { field: 'accentInDark', reason: 'contrast', ratio: expect.closeTo(1.97, 2) },
    ]);
  });

  test.each([
    'red',
    '#fff',
    '#12345g',
    '#5b2ab5;}body{display:none',
    '#5b2ab5\n',
    ' #5b2ab5',
    'url(//evil.example)',
    '',
  ])('M15: are refused where one is %j', (accent) => {
    expect(colorProblems({ ...violet, accent })).toEqual([{ field: 'accent', reason: 'format' }]);
    expect(() => stylesheetWith({ ...violet, accent })).toThrow(RangeError);
  });
});

describe('the style sheet', () => {
  test('is named for its content', () => {
    const { path, text } = stylesheetWith(violet);
    expect(path).toBe(`/assets/${createHash('sha256').update(text).digest('hex')}`);
  });

  test('is the same for the same colours, in any case of letters, and another for others', () => {
    const upper = stylesheetWith({ accent: '#5B2AB5', accentInDark: '#C4A8FF' });
    expect(upper).toEqual(stylesheetWith(violet));
    expect(upper.path).not.toBe(stylesheet.path);
  });

  test('loads nothing from anywhere', () => {
    expect(stylesheet.text).not.toMatch(/url\(|@import|\\/);
  });
});

describe('a brand', () => {
  const props = { action: '/login', csrf: 'token', mailAvailable: true, providers: [] };

  test('gives a page its name and its style sheet', () => {
    const { html } = loginPage(props, { name: 'A & B\u202e', stylesheetPath: '/assets/violet.css' });
    expect(html).toContain('<title>Log in · A &amp; B\ufffd</title>');
    expect(html).toContain('<link rel="stylesheet" href="/assets/violet.css">');
    expect(html).toContain('<bdi>A &amp; B\ufffd</bdi>');
  });

  test('puts a logo in the place of the name', () => {
    const { html } = loginPage(props, { name: 'Acme', stylesheetPath: '/assets/a.css', logoPath: '/assets/logo.png' });
    expect(html).toContain('<header class="brand"><img src="/assets/logo.png" alt="Acme"></header>');
  });
});
