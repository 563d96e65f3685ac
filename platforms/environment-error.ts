/** The machine is the cause of the failure, not the user or the platform under test. */
export class EnvironmentError extends Error {
  override readonly name: string = 'EnvironmentError';
  readonly code = 'SOCKATLAS_ENVIRONMENT';
}
