/** Exit codes: a public contract, as the help says. */
export const EXIT = { conforms: 0, differs: 1, usage: 2, environment: 3, interrupted: 130 } as const;

/** What the user gave is not understood. The message says what, and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The machine, not the user or the platform under test, stands in the way. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}
