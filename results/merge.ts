import { packageVersion } from '../platforms/package-root.ts';
import type { Platform } from '../platforms/platform.ts';
import { ATLAS_VERSION, type Atlas, type AtlasCell, type AtlasPlatform, MAX_PLATFORMS, MAX_RUNS } from './atlas.ts';
import { measuredReason } from './judge.ts';
import { MAX_SCENARIOS, MAX_TRACES } from './limits.ts';
import { serializeRun } from './lines.ts';
import type { Header, Run, ScenarioLine } from './schema.ts';

/** A run, and what messages call the place that it came from. */
export interface Sourced {
  readonly run: Run;
  readonly source: string;
}

/** Something that was given and is not in the atlas. */
export interface LeftOut {
  readonly source: string;
  readonly reason: string;
}

/**
 * Makes one atlas of runs, whatever their order. The same run given twice counts once. Where runs of one platform have no trace in common, all are kept and the cell says
 * so. `leftOut` is what the caller could not read. What is beyond the bounds of an atlas is left out, and said there.
 */
export function mergeRuns(runs: readonly Sourced[], leftOut: readonly LeftOut[] = []): Atlas {
  const merging = new Merging();
  const newestFirst = [...runs].sort((a, b) => compare(b.run.header.started, a.run.header.started) || compare(a.source, b.source));
  for (const one of newestFirst) merging.add(one);
  return merging.atlas(leftOut);
}

/** `linux-6.18-x64`: two machines of the same key are expected to give the same. */
export function platformKey({ platform, peer }: { readonly platform: Platform; readonly peer?: Platform | undefined }): string {
  const named = ({ name, arch, sandbox }: Platform) => [name, arch, ...(sandbox === undefined ? [] : [sandbox])].join('-');
  return peer === undefined ? named(platform) : `${named(platform)}, peer ${named(peer)}`;
}

interface Row {
  steps: string | undefined;
  readonly cells: Map<string, Cell>;
}

class Merging {
  readonly #platforms = new Map<string, AtlasPlatform>();
  readonly #headers = new Map<string, Header[]>();
  readonly #rows = new Map<string, Row>();
  readonly #traces: Atlas['traces'] = [];
  readonly #traceOf = new Map<string, number>();
  readonly #seen = new Map<string, Sourced[]>();
  readonly #leftOut: LeftOut[] = [];
  #runs = 0;

  /** Runs come the newest first. */
  add({ run, source }: Sourced): void {
    const reason = this.#refusal(run);
    if (reason !== undefined) return void this.#leftOut.push({ source, reason });
    const { header, footer, scenarios } = run;
    const key = platformKey(header);
    const ofPlatform = this.#platforms.get(key) ?? { key, platform: header.platform, ...(header.peer !== undefined && { peer: header.peer }), runs: [] };
    this.#platforms.set(key, ofPlatform);
    this.#runs++;
    const headers = this.#headers.get(key) ?? [];
    this.#headers.set(key, headers);
    headers.push(header);
    ofPlatform.runs.push({
      source,
      started: header.started,
      version: header.tool.version,
      scenarios: scenarios.length,
      interrupted: footer.interrupted,
    });
    const beginning = beginningOf(run);
    this.#seen.set(beginning, [...(this.#seen.get(beginning) ?? []), { run, source }]);
    for (const line of scenarios) this.#addLine(key, line, source);
  }

  #refusal(run: Run): string | undefined {
    if (this.#runs === MAX_RUNS) return `an atlas has at most ${MAX_RUNS} runs`;
    const like = this.#seen.get(beginningOf(run)) ?? [];
    const text = like.length === 0 ? '' : serializeRun(run);
    const same = like.find((other) => serializeRun(other.run) === text);
    if (same !== undefined) return `the same run as in ${same.source}`;
    const [other] = like;
    if (other !== undefined) return `it begins as the run in ${other.source} does, and goes on otherwise: one of them was changed`;
    if (this.#platforms.size === MAX_PLATFORMS && !this.#platforms.has(platformKey(run.header))) return `an atlas has at most ${MAX_PLATFORMS} platforms`;
    return undefined;
  }

  #addLine(key: string, line: ScenarioLine, source: string): void {
    let row = this.#rows.get(line.id);
    if (row === undefined) {
      if (this.#rows.size === MAX_SCENARIOS) {
        const reason = `${line.id}: an atlas has at most ${MAX_SCENARIOS} scenarios`;
        if (!this.#leftOut.some((one) => one.source === source)) this.#leftOut.push({ source, reason });
        return;
      }
      row = { steps: undefined, cells: new Map() };
      this.#rows.set(line.id, row);
    }
    row.steps ??= line.steps;
    const cell = row.cells.get(key) ?? new Cell();
    row.cells.set(key, cell);
    cell.add(
      line,
      line.traces.map((trace) => this.#indexOf(trace)),
    );
  }

  #indexOf({ trace, observations }: ScenarioLine['traces'][number]): number {
    // No token has a line's end in it. One trace on two platforms has different numbers for the same names, and so calls of its own.
    const spelling = `${trace.join('\n')}\n\n${observations.map(({ call, ret, code }) => `${call} ${ret} ${code}`).join('\n')}`;
    const known = this.#traceOf.get(spelling);
    if (known !== undefined) return known;
    this.#traceOf.set(spelling, this.#traces.length);
    return this.#traces.push({ trace, observations }) - 1;
  }

  atlas(leftOut: readonly LeftOut[]): Atlas {
    const platforms = [...this.#platforms.values()]
      .map((platform) => ({ ...platform, ...missingParts(this.#headers.get(platform.key) ?? []) }))
      .sort((a, b) => compare(a.key, b.key));
    const scenarios = [...this.#rows].map(([id, { steps, cells }]) => ({
      id,
      ...(steps !== undefined && { steps }),
      cells: platforms.map(({ key }) => cells.get(key)?.told() ?? null),
    }));
    return {
      type: 'atlas',
      atlas: ATLAS_VERSION,
      version: packageVersion,
      platforms,
      scenarios,
      traces: this.#traces,
      leftOut: [...leftOut, ...this.#leftOut].sort((a, b) => compare(a.source, b.source)),
    };
  }
}

/** What several runs of one platform say of a scenario. */
class Cell {
  readonly #counts = new Map<number, number>();
  #trials = 0;
  #ended: AtlasCell['ended'];
  #conflicts = false;

  add({ trials, traces, verdict, reason }: ScenarioLine, indices: readonly number[]): void {
    this.#trials += trials;
    this.#conflicts ||= this.#counts.size > 0 && indices.length > 0 && !indices.some((index) => this.#counts.has(index));
    for (const [i, index] of indices.entries()) {
      if (this.#counts.size === MAX_TRACES && !this.#counts.has(index)) continue;
      this.#counts.set(index, (this.#counts.get(index) ?? 0) + (traces[i]?.count ?? 0));
    }
    const as = verdict === 'known-hang' ? 'blocked' : verdict;
    if (as === 'unsupported' || as === 'blocked' || as === 'crashed') this.#ended ??= { as, reason: measuredReason(reason ?? '') };
  }

  told(): AtlasCell {
    return {
      trials: this.#trials,
      traces: [...this.#counts].sort(([, a], [, b]) => b - a),
      ...(this.#ended !== undefined && { ended: this.#ended }),
      ...(this.#conflicts && { conflict: true as const }),
    };
  }
}

/** Where it was made, and to the millisecond when: two runs have no more in common. */
function beginningOf({ header }: Run): string {
  return JSON.stringify([header.started, header.platform, header.peer]);
}

/** Of a platform's runs, the newest first: which parts of the newest are not among them. Older ones may lack parts: what they lack has been measured since. */
function missingParts(headers: readonly Header[]): Pick<AtlasPlatform, 'missing'> {
  const newest = headers[0]?.asked?.shard;
  if (newest === undefined) return {};
  const whole = wholeOf(headers[0] as Header);
  const given = new Set(headers.filter((header) => wholeOf(header) === whole).map(({ asked }) => asked?.shard?.index));
  const parts = Array.from({ length: newest.count }, (_, i) => i + 1).filter((part) => !given.has(part));
  return parts.length === 0 ? {} : { missing: { parts, count: newest.count } };
}

/** What the parts of one run have in common. */
function wholeOf({ tool, asked }: Header): string {
  return JSON.stringify([tool.version, asked?.patterns, asked?.skip, asked?.shard?.count]);
}

/** By code units: the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
