import { LANE_NAMES, lanesNamed } from '../provisioning/lanes.ts';
import { setupWine } from '../provisioning/setup.ts';
import { WineUnavailable } from '../provisioning/unavailable.ts';
import { EnvironmentError, EXIT, UsageError } from './errors.ts';
import { interruptible } from './interruptible.ts';
import { say } from './output.ts';

/** `sockatlas setup`: adds what agents on other platforms than this one need. Resolves to the exit code. */
export async function setup(what: readonly string[]): Promise<number> {
  const lanes = new Set(
    what.flatMap((name) => {
      const named = lanesNamed(name);
      if (named.length === 0) throw new UsageError(`setup ${JSON.stringify(name)}: choose from ${LANE_NAMES.join(', ')}`);
      return named;
    }),
  );
  if (lanes.size === 0) throw new UsageError(`setup: name what to set up: ${LANE_NAMES.join(', ')}`);

  const failures = await interruptible(async (signal) => {
    const found: string[] = [];
    for (const lane of lanes) {
      try {
        await setupWine(lane, say, signal);
      } catch (error) {
        if (signal.aborted) return undefined;
        // One that cannot be had here says nothing about the other.
        found.push(reasonOf(error));
      }
    }
    return signal.aborted ? undefined : found;
  });
  if (failures === undefined) {
    say('interrupted: unfinished files were removed; run the same command again to continue');
    return EXIT.interrupted;
  }
  if (failures.length > 0) throw new EnvironmentError([...new Set(failures)].join('\n'));
  return EXIT.conforms;
}

/** Errors of the file system name what and where. @throws whatever else it is */
function reasonOf(error: unknown): string {
  if (error instanceof WineUnavailable) return error.message;
  if (typeof (error as NodeJS.ErrnoException).syscall === 'string') return (error as Error).message;
  throw error;
}
