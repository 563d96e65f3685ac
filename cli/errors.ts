export { EnvironmentError } from '../platforms/environment-error.ts';

/** Exit codes: a public contract, as the help says. */
export const EXIT = { conforms: 0, differs: 1, usage: 2, environment: 3, interrupted: 130 } as const;

/** The command line or a file is wrong. The message says what is wrong, and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'SOCKATLAS_USAGE';
}
