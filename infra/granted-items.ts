import type { GrantedStatement } from './granted.ts';

/** Limits a statement to items of some kinds. The key of an item begins with its kind. */
export const itemsNamed = (...patterns: readonly string[]) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': patterns },
});

/** Limits a statement to all items but those of some kinds. */
export const itemsNotNamed = (...patterns: readonly string[]) => ({
  'ForAllValues:StringNotLike': { 'dynamodb:LeadingKeys': patterns },
});

/** Writes records of one kind only. Tenants and settings stay out of reach, because they carry marks of revocation. */
export const writing = (pattern: string): GrantedStatement => ({
  actions: ['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:DeleteItem'],
  resources: ['directory'],
  conditions: itemsNamed(pattern),
});

/** The same without deletions. */
export const putting = (...patterns: readonly string[]): GrantedStatement => ({
  actions: ['dynamodb:PutItem', 'dynamodb:GetItem'],
  resources: ['directory'],
  conditions: itemsNamed(...patterns),
});

/** Only deletions. */
export const removing = (...patterns: readonly string[]): GrantedStatement => ({
  actions: ['dynamodb:DeleteItem'],
  resources: ['directory'],
  conditions: itemsNamed(...patterns),
});

/** Writes short-lived records of some kinds. */
export const writingShortLived = (...patterns: readonly string[]) =>
  ({
    statements: [
      { actions: ['dynamodb:PutItem', 'dynamodb:GetItem'], resources: ['tokens'], conditions: itemsNamed(...patterns) },
    ],
    environment: ['MINTMARK_TOKENS_TABLE'],
  }) as const;
