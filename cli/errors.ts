/** Exit codes: a public contract, as the help says. */
export const EXIT = { conforms: 0, differs: 1, usage: 2, environment: 3, interrupted: 130 } as const;

/** The command line or a file is wrong. The message says what is wrong, and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The machine is the cause of the failure, not the user or the platform under test. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}
