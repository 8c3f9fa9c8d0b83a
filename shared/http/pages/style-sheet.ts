import type { login } from '#shared/api/pages/login.ts';
import { notFound } from '#shared/domain/errors.ts';
import { stylesheet } from '#shared/pages/stylesheet.ts';
import type { OperationsOf } from '../lambda.ts';

/** Serves the style sheet under the name that its content gives. @throws DomainError `not_found` for other names */
export const styleSheet: OperationsOf<typeof login>['styleSheet'] = async ({ params }) => {
  if (`/assets/${params.file}` !== stylesheet.path) throw notFound();
  return { status: 200, body: { text: stylesheet.text }, target: {} };
};
