import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Told } from '../emulation/answering.ts';
import { EMULATED } from '../emulation/emulated-platforms.ts';
import type { Told as Answers } from '../emulation/emulator.ts';
import type { ReadinessOf } from '../emulation/readiness.ts';
import type { Recorded } from '../emulation/recorder.ts';
import { starter } from '../emulation/starter-state.ts';
import { nearest } from '../platforms/nearest.ts';
import { type EmulationDocument, emulationDocumentSchema, heldFor, prettyEmulation } from '../report/emulation.ts';
import { hasChanged, prettyChange } from '../report/emulation-change.ts';
import { layoutOf } from '../report/grid.ts';
import { WriteFailed } from '../results/write.ts';
import { agentCommand } from './agent-command.ts';
import { createdFile } from './created-file.ts';
import { EnvironmentError, EXIT, UsageError } from './errors.ts';
import { mustNotBeInput } from './not-an-input.ts';
import { say } from './output.ts';

export interface EmulateOptions {
  readonly format: 'pretty' | 'json' | 'jsonl';
  readonly readiness: 'kernel' | ReadinessOf;
  /** What makes the exit code 1. */
  readonly failOn: 'held' | 'never';
  /** ms after which a connection that was reset, and is open, is held. */
  readonly heldAfter: number;
  /** Tells what changed, once a second while the program runs. */
  readonly watch?: true;
  /** The file that gets a line for each call on a socket. */
  readonly record?: string;
  /** Of `none`: also look at the calls that nobody answers. */
  readonly everyCall?: true;
  /** Of the library, in a process of its own: the file that gets the report, in the place of stderr. */
  readonly handOver?: string;
}

/** What the library gets. */
export type HandedOver = { readonly report: EmulationDocument } | { readonly reason: string };

const WATCH_MS = 1000;
const NO_ANSWERS: Answers = { sockets: 0, replaced: {}, uncovered: {}, resets: [] };

/**
 * `sockatlas emulate`: runs a program with a platform's answers. What it found goes to stderr: stdout is the program's. Resolves to the program's exit code, 128 and its number
 * where a signal ended it, or 1 where what `failOn` names was found.
 */
export async function emulated(platform: string, program: readonly [string, ...string[]], options: EmulateOptions): Promise<number> {
  const { handOver } = options;
  if (handOver === undefined) return run(platform, program, options);
  try {
    return await run(platform, program, options);
  } catch (error) {
    hand(handOver, { reason: (error as Error).message });
    throw error;
  }
}

async function run(platform: string, program: readonly [string, ...string[]], options: EmulateOptions): Promise<number> {
  if (!EMULATED.includes(platform))
    throw new UsageError(
      `no such platform to emulate: ${JSON.stringify(platform)}; choose from ${EMULATED.join(', ')}; the nearest: ${nearest(EMULATED, platform).join(', ')}`,
    );
  if (options.watch && platform === 'none') throw new UsageError('--watch: none answers nothing itself, so there is nothing to watch');
  const { missingForEmulation } = await import('../emulation/missing.ts');
  const missing = await missingForEmulation();
  if (missing !== undefined) throw new EnvironmentError(missing);
  const { emulate } = await import('../emulation/emulate.ts');
  const { everyCall, heldAfter, failOn, format } = options;
  mustNotBeInput('--record', options.record, program);
  const record = options.record === undefined ? undefined : createdFile(options.record);
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

  let watched: EmulationDocument | undefined;
  const tellChange = (now: EmulationDocument) => {
    if (!hasChanged(watched, now, heldAfter)) return;
    if (format === 'pretty') say(prettyChange(watched, now, heldAfter, layoutOf(process.stderr)));
    else tell(now);
    watched = now;
  };

  const { code, signal, told } = await emulate(
    agentCommand('emulate'),
    {
      answeredBy: { platform, intercepts: everyCall ? 'all' : 'none', readiness: options.readiness === 'kernel' ? undefined : options.readiness, record },
      ...{ program, starter },
    },
    {
      told: (now, isWatch) => (isWatch ? tellChange : tell)(document(now, null)),
      said: (line) => say(`sockatlas: ${line}`),
    },
    { everyMs: options.watch && WATCH_MS, diesWithParent: options.handOver !== undefined },
  );
  const found = document(told, { code, signal });
  if (options.handOver !== undefined) hand(options.handOver, { report: found });
  else if (platform !== 'none') tell(found);
  const failed = (told?.answers as Recorded | undefined)?.recording?.failed;
  if (failed !== undefined) throw new WriteFailed(`${options.record} could not be written to the end: ${failed}`);
  if (failOn === 'held' && heldFor(heldAfter, found).length > 0) return EXIT.differs;
  return code ?? 128 + constants.signals[signal as NodeJS.Signals];
}

function hand(file: string, what: HandedOver): void {
  writeFileSync(file, JSON.stringify(what));
}
