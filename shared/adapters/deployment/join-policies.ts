import * as z from 'zod';

const statementSchema = z.looseObject({
  Sid: z.string().optional(),
  Principal: z.object({ AWS: z.union([z.string(), z.array(z.string())]) }).optional(),
});

const policySchema = z.looseObject({ Statement: z.array(statementSchema) });

type Statement = z.output<typeof statementSchema>;

/**
 * Adds the statements of the policy that a key has to the policy that it gets, so that nobody loses a right yet.
 *
 * KMS writes the id of a principal in the place of the ARN of a role that is deleted, and refuses such a policy. These
 * principals are left out. The names (`Sid`) of the added statements are left out as well, because each must be unique.
 */
export function joinPolicies(next: string, current: string): string {
  const intended = policySchema.parse(JSON.parse(next));
  const known = new Set(intended.Statement.map(withoutName));
  const kept = policySchema
    .parse(JSON.parse(current))
    .Statement.flatMap(withLivingPrincipals)
    .filter((statement) => !known.has(withoutName(statement)))
    .map(({ Sid: _name, ...statement }) => statement);
  return JSON.stringify({ ...intended, Statement: [...intended.Statement, ...kept] });
}

function withoutName({ Sid: _name, ...statement }: Statement): string {
  return JSON.stringify(statement);
}

function withLivingPrincipals(statement: Statement): readonly Statement[] {
  const { Principal: principal } = statement;
  if (principal === undefined) return [statement];
  const living = [principal.AWS].flat().filter((name) => name.startsWith('arn:'));
  const [only] = living;
  if (only === undefined) return [];
  return [{ ...statement, Principal: { AWS: living.length === 1 ? only : living } }];
}
