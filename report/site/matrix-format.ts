import { EVIDENCE, type Evidence } from '../../language/evidence.ts';
import type { Behaviour } from '../../results/same-behaviour.ts';

/**
 * What the matrix and the map of calls are drawn from, as the site's pages are handed it: each token, trace and cell once, and what has them as indices. Written by
 * matrix-data.ts, read in the page.
 */
export interface MatrixData {
  readonly columns: readonly MatrixColumn[];
  readonly tokens: readonly string[];
  /** Indices of tokens. */
  readonly traces: readonly (readonly number[])[];
  /** What stands in several cells too: verdicts, and why a trial did not end. */
  readonly words: readonly string[];
  readonly cells: readonly PackedCell[];
  readonly rows: readonly PackedRow[];
  /** What happens in an event, by `tcp/reset`. */
  readonly events: readonly (readonly [event: string, title: string])[];
  /** The codes that a page of the site tells of, each with its numbers. */
  readonly codes: readonly (readonly [name: string, numbers: readonly number[]])[];
}

export interface MatrixColumn {
  /** `linux-6.18-x64`; of what is only expected the platform: `windows`. */
  readonly key: string;
  /** `linux`, `windows`, `wine`. */
  readonly platform: string;
  /** By a run. What is not, is expected. */
  readonly isMeasured: boolean;
  /** Which system, or which version the expectations are for. */
  readonly about: string;
}

/** A measured cell has trials, verdict and counts; an expected one neither. */
export type PackedCell = readonly [how: number, traces: readonly number[], trials: number, verdict: number, counts?: readonly number[] | 0, reason?: number];
/** `cells` has one for each column: an index of a cell, from 1; 0 where nothing is known. */
type PackedRow = readonly [id: string, steps: string, why: string, cells: readonly number[]];

/** Behind the kinds of evidence: what a model says, by the weakest of its rules. */
export function packHow(evidence: Evidence, isPredicted: boolean): number {
  return EVIDENCE.indexOf(evidence) + (isPredicted ? EVIDENCE.length : 0);
}

/** What a platform does in a scenario. */
export interface MatrixCell extends Behaviour {
  /** A model says so, and nothing else. */
  readonly isPredicted: boolean;
  readonly trials: number;
  /** In how many trials each trace came; of a single trace in all. */
  readonly counts: readonly number[];
  readonly verdict?: string;
  /** Why it is so, where the verdict alone does not say it. */
  readonly reason?: string;
  /** Of the traces, as the data have them. */
  readonly indices: readonly number[];
}

export interface MatrixRow {
  readonly id: string;
  readonly event: string;
  readonly steps: string;
  readonly why: string;
  readonly cells: readonly (MatrixCell | undefined)[];
}

export interface Matrix {
  readonly columns: readonly MatrixColumn[];
  readonly tokens: readonly string[];
  readonly traces: readonly (readonly number[])[];
  readonly cells: readonly MatrixCell[];
  readonly rows: readonly MatrixRow[];
  readonly events: ReadonlyMap<string, string>;
  readonly codes: ReadonlyMap<string, readonly number[]>;
}

export function unpackMatrix({ columns, tokens, traces, words, cells: packed, rows, events, codes }: MatrixData): Matrix {
  const spelt = traces.map((trace) => trace.map((index) => tokens[index] as string));
  const cells = packed.map(([how, indices, trials, verdict, counts, reason]): MatrixCell => {
    const isExpected = trials === -1;
    const because = reason === undefined ? undefined : words[reason];
    return {
      traces: indices.map((index) => spelt[index] as readonly string[]),
      indices,
      isExpected,
      isPredicted: how >= EVIDENCE.length,
      evidence: EVIDENCE[how % EVIDENCE.length] as Evidence,
      trials: Math.max(0, trials),
      counts: counts || [],
      ...(!isExpected && { verdict: words[verdict] as string }),
      ...(because !== undefined && { reason: because }),
      ...(!isExpected && indices.length === 0 && { ended: words[verdict] as string }),
    };
  });
  return {
    columns,
    tokens,
    traces,
    cells,
    rows: rows.map(([id, steps, why, own]) => ({ id, event: eventOfId(id), steps, why, cells: own.map((index) => cells[index - 1]) })),
    events: new Map(events),
    codes: new Map(codes),
  };
}

function eventOfId(id: string): string {
  return id.slice(0, id.indexOf('/', id.indexOf('/') + 1));
}
