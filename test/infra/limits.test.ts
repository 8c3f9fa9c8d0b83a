import { describe, expect, test } from 'vitest';
import { environmentBytes } from '#infra/constructs/environment-size.ts';
import { prepare, synthesize } from './synthesize.ts';

const largest = {
  signingAlgorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  importedSecrets: true,
  hs256Apis: true,
  issuer: `https://${'a'.repeat(60)}.${'b'.repeat(60)}.example.com`,
  defaultAudience: `https://api.example.com/${'c'.repeat(100)}`,
} as const;

describe('the limits of AWS', () => {
  const { stack, template } = synthesize(largest);

  test('Sound 20: every environment has 3,584 bytes at most, as Lambda counts', () => {
    const sizes = [...stack.mintmark.functions].map(([name, handler]) => ({ name, bytes: environmentBytes(handler) }));
    expect(sizes.filter(({ bytes }) => bytes > 3_584)).toEqual([]);
  });

  test('Sound 20: an environment that is too large fails the synthesis, and the error names its largest variable', () => {
    const { app } = prepare({ ...largest, defaultAudience: `https://api.example.com/${'c'.repeat(3_500)}` });
    expect(() => app.synth()).toThrow(
      /The environment of exchange has about \d+ bytes, 3584 at most. Its largest variable is MINTMARK_DEFAULT_AUDIENCE;/,
    );
  });

  test('the stack has 360 resources and 130 routes at most, of 500 and 300', () => {
    const { Resources } = template.toJSON() as { Resources: Record<string, { Type: string }> };
    const types = Object.values(Resources).map(({ Type }) => Type);
    expect(types.length).toBeLessThanOrEqual(360);
    expect(types.filter((type) => type === 'AWS::ApiGatewayV2::Route').length).toBeLessThanOrEqual(130);
  });
});
