import type * as Zod from 'zod';
import { z } from '../platforms/zod.ts';
import type { Layout } from './grid.ts';
import { paragraph } from './text.ts';

const reset = z.strictObject({
  process: z.int(),
  descriptor: z.int(),
  socket: z.string().describe('As /proc names it'),
  ms: z
    .number()
    .describe('From the call that saw the reset to now, or to when it was found closed; where its process has ended, to when it was last seen open'),
  isOpen: z.boolean(),
  calls: z.int().describe('On it since then'),
  callsPerSecond: z.int().describe('In the busiest of the last two seconds in which there was one'),
});

/** So many held connections are listed; a server may have thousands. */
const MOST_LISTED = 20;

/** What `emulate --format json` prints. */
export const emulationDocumentSchema = z.strictObject({
  platform: z.string(),
  program: z.array(z.string()),
  ms: z.number(),
  exit: z.strictObject({ code: z.int().nullable(), signal: z.string().nullable() }).nullable().describe('null while the program runs'),
  calls: z.int().describe('How many calls were looked at'),
  ioUring: z.int().describe('Calls of io_uring_setup: each was refused with ENOSYS, since what goes through it cannot be seen'),
  sockets: z.int().describe('TCP and UDP sockets on which there was a call'),
  replaced: z.record(z.string(), z.int()).describe("Answers that were not Linux' own, by the rule of the model that gave them"),
  uncovered: z.record(z.string(), z.int()).describe('Calls that the model does not cover, by the reason: the kernel answered them'),
  resets: z.array(reset).describe('The connections that were reset'),
});
export type EmulationDocument = Zod.infer<typeof emulationDocumentSchema>;

/** The connections that were reset, and that the program still has after so many ms. */
export function heldFor(ms: number, { resets }: EmulationDocument): EmulationDocument['resets'] {
  return resets.filter((one) => one.isOpen && one.ms >= ms);
}

export function prettyEmulation(document: EmulationDocument, heldAfter: number, { width, paint }: Layout): string {
  const { platform, program, ms, exit, sockets, replaced, uncovered, ioUring, resets } = document;
  const held = heldFor(heldAfter, document);
  const closed = resets.filter(({ isOpen }) => !isOpen).length;
  const lines = [
    `${paint('bold', `emulate ${platform}`)}: ${program.join(' ')} ${exit === null ? 'has run for' : `${ended(exit)} after`} ${seconds(ms)}`,
    `${plural(sockets, 'socket')}, ${resets.length} reset by the peer (${closed} closed since); ${plural(sum(replaced), 'answer')} not Linux' own.`,
    ...listed(replaced),
    ...(sum(uncovered) === 0 ? [] : [`${plural(sum(uncovered), 'call')} left to the kernel, since the model does not cover them:`, ...listed(uncovered)]),
    ...(ioUring === 0 ? [] : [`io_uring was refused ${plural(ioUring, 'time')} (ENOSYS): what goes through it cannot be seen.`]),
    ...held
      .slice(0, MOST_LISTED)
      .map(
        (one) =>
          `${paint('red', 'held')}: process ${one.process}, descriptor ${one.descriptor}: reset ${seconds(one.ms)} ago and still open; ${plural(one.calls, 'call')} since, up to ${one.callsPerSecond} a second`,
      ),
    ...(held.length <= MOST_LISTED ? [] : [`${paint('red', 'held')}: ${(held.length - MOST_LISTED).toLocaleString('en')} more (--format json has all)`]),
  ];
  return `${lines.map((line) => paragraph(line, width, line.startsWith(' ') ? '         ' : '  ')).join('\n')}\n`;
}

function ended({ code, signal }: NonNullable<EmulationDocument['exit']>): string {
  return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
}

/** The most frequent first. */
function listed(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `  ${String(count).padStart(6)} ${name}`);
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function plural(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}
