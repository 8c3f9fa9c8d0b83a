import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { prepare } from './synthesize.ts';

const ACKNOWLEDGEMENTS_MAX = 8;

describe('cdk-nag', () => {
  const { app } = prepare();
  app.synth();
  const acknowledgements = app.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.entries<string>(data));

  test('AwsSolutions has no finding or warning without an acknowledgement', () => {
    expect(new AwsSolutionsChecks().validateScope(app)).toEqual({ success: true, violations: [] });
  });

  test('every acknowledgement has a reason, and there are few', () => {
    expect(acknowledgements.filter(([, reason]) => reason.length < 40)).toEqual([]);
    const kinds = new Set(acknowledgements.map(([rule, reason]) => `${rule}: ${reason}`));
    expect(kinds.size).toBeGreaterThan(0);
    expect(kinds.size).toBeLessThanOrEqual(ACKNOWLEDGEMENTS_MAX);
  });
});
