import { type EmulationDocument, heldFor } from './emulation.ts';
import type { Layout } from './grid.ts';
import { paragraph } from './text.ts';

/** Whether something happened between two reports of the same program: not whether time passed. */
export function hasChanged(before: EmulationDocument | undefined, now: EmulationDocument, heldAfter: number): boolean {
  return before === undefined ? hasBegun(now) : stateOf(before, heldAfter) !== stateOf(now, heldAfter);
}

function hasBegun({ sockets, ioUring }: EmulationDocument): boolean {
  return sockets > 0 || ioUring > 0;
}

function stateOf(document: EmulationDocument, heldAfter: number): string {
  const { ioUring, sockets, replaced, uncovered, resets } = document;
  const connections = resets.map(({ socket, isOpen, calls }) => [socket, isOpen, calls]);
  return JSON.stringify([ioUring, sockets, replaced, uncovered, connections, heldFor(heldAfter, document).length]);
}

/** A line on what a running program has done, and how much of it since the report before. */
export function prettyChange(before: EmulationDocument | undefined, now: EmulationDocument, heldAfter: number, { width, paint }: Layout): string {
  const held = heldFor(heldAfter, now);
  const answers = sum(now.replaced);
  const [uncovered, more] = [sum(now.uncovered), answers - (before === undefined ? 0 : sum(before.replaced))];
  const parts = [
    `${(now.ms / 1000).toFixed(0)} s: ${plural(now.sockets, 'socket')}`,
    `${now.resets.length} reset by the peer (${now.resets.filter(({ isOpen }) => !isOpen).length} closed since)`,
    `${plural(answers, 'answer')} not Linux' own${more > 0 ? ` (+${more.toLocaleString('en')})` : ''}`,
    ...(uncovered === 0 ? [] : [`${plural(uncovered, 'call')} not covered`]),
    ...(now.ioUring === 0 ? [] : ['io_uring refused']),
    ...(held.length === 0
      ? []
      : [`${paint('red', `${held.length} held`)}, up to ${Math.max(...held.map(({ callsPerSecond }) => callsPerSecond)).toLocaleString('en')} calls a second`]),
  ];
  return paragraph(parts.join('; '), width, '  ');
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function plural(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}
