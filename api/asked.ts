import { UsageError } from '../cli/errors.ts';

/** The platforms that `on` names. Nothing is true of none of them. @throws UsageError for none */
export function platformsAsked(on: readonly string[]): readonly string[] {
  if (Array.isArray(on) && on.length > 0) return on;
  throw new UsageError("on: name platforms in a list, ['windows']; leave it out for all of them");
}
