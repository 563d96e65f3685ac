import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import { EMULATED } from '../emulation/answerer.ts';
import type { Told } from '../emulation/answering.ts';
import type { Told as Answers } from '../emulation/emulator.ts';
import type { ReadinessOf } from '../emulation/readiness.ts';
import { starter } from '../emulation/starter-state.ts';
import { nearest } from '../platforms/nearest.ts';
import { type EmulationDocument, emulationDocumentSchema, heldFor, prettyEmulation } from '../report/emulation.ts';
import { layoutOf } from '../report/grid.ts';
import { agentCommand } from './agent-command.ts';
import { EnvironmentError, EXIT, UsageError } from './errors.ts';
import { say } from './output.ts';

export interface EmulateOptions {
  readonly format: 'pretty' | 'json' | 'jsonl';
  readonly readiness: 'kernel' | ReadinessOf;
  /** What makes the exit code 1. */
  readonly failOn: 'held' | 'never';
  /** ms after which a connection that was reset, and is open, is held. */
  readonly heldAfter: number;
  /** Of `none`: also look at the calls that nobody answers. */
  readonly everyCall?: true;
}

const NO_ANSWERS: Answers = { sockets: 0, replaced: {}, uncovered: {}, resets: [] };

/**
 * `sockatlas emulate`: runs a program with a platform's answers. What it found goes to stderr: stdout is the program's. Resolves to the program's exit code, 128 and its number
 * where a signal ended it, or 1 where what `failOn` names was found.
 */
export async function emulated(platform: string, program: readonly [string, ...string[]], options: EmulateOptions): Promise<number> {
  if (!EMULATED.includes(platform))
    throw new UsageError(
      `no such platform to emulate: ${JSON.stringify(platform)}; choose from ${EMULATED.join(', ')}; the nearest: ${nearest(EMULATED, platform).join(', ')}`,
    );
  const { missingForEmulation } = await import('../emulation/missing.ts');
  const missing = await missingForEmulation();
  if (missing !== undefined) throw new EnvironmentError(missing);
  const { emulate } = await import('../emulation/emulate.ts');
  const { everyCall, heldAfter, failOn, format } = options;
  const begun = performance.now();
  const document = (told: Told | undefined, exit: EmulationDocument['exit']): EmulationDocument => {
    const { sockets, replaced, uncovered, resets } = { ...NO_ANSWERS, ...(told?.answers as Partial<Answers> | undefined) };
    const ms = Math.round(performance.now() - begun);
    return emulationDocumentSchema.parse({
      ...{ platform, program, ms, exit, calls: told?.calls ?? 0, ioUring: told?.ioUring ?? 0 },
      ...{ sockets, replaced, uncovered, resets: resets.map((reset) => ({ ...reset, ms: Math.round(reset.ms) })) },
    });
  };
  const tell = (found: EmulationDocument) =>
    say(
      format === 'pretty' ? prettyEmulation(found, heldAfter, layoutOf(process.stderr)).trimEnd() : JSON.stringify(found, undefined, format === 'json' ? 2 : 0),
    );

  const { code, signal, told } = await emulate(
    agentCommand('emulate'),
    {
      answeredBy: { platform, intercepts: everyCall ? 'all' : 'none', readiness: options.readiness === 'kernel' ? undefined : options.readiness },
      ...{ program, starter },
    },
    {
      told: (now) => tell(document(now, null)),
      said: (line) => say(`sockatlas: ${line}`),
    },
  );
  const found = document(told, { code, signal });
  if (platform !== 'none') tell(found);
  if (failOn === 'held' && heldFor(heldAfter, found).length > 0) return EXIT.differs;
  return code ?? 128 + constants.signals[signal as NodeJS.Signals];
}
