import { callsIn } from '../../classification/recorded-calls.ts';
import { observationOf } from '../../classification/returned.ts';
import type { CodePlatform } from '../../language/code.ts';
import type { Evidence } from '../../language/evidence.ts';
import { expanded } from '../../language/trace.ts';
import { codes } from '../../platforms/codes.ts';
import { expectationFor, NEWEST, patternsOf } from '../../platforms/expectation.ts';
import type { Atlas } from '../../results/atlas.ts';
import type { Observation } from '../../results/schema.ts';
import { trialsOf } from '../../results/trials.ts';
import type { KnownScenario } from './known-scenarios.ts';

/** One trace of a scenario, and who gives it: platforms that were measured, or one of which it is only expected. */
export interface Column {
  readonly system: CodePlatform;
  /** By a run of the atlas. What is not, is expected. */
  readonly isMeasured: boolean;
  readonly evidence: Evidence;
  /** The model alone says so; the evidence is that of its weakest rule. */
  readonly isPredicted: boolean;
  readonly givers: readonly Giver[];
  readonly tokens: readonly string[];
  /** What each call returned; undefined for one that is only expected and that no table is asked about. */
  readonly answers: readonly (Observation | undefined)[];
}

interface Giver {
  readonly name: string;
  /** In how many of how many trials; absent where nothing was run. */
  readonly trials?: { readonly of: number; readonly all: number };
}

/** Linux and Windows stand beside the measured platforms even where no run has them: they are what people compare. */
const ALWAYS = ['linux', 'windows'] as const;
const ORDER: readonly CodePlatform[] = ['linux', 'darwin', 'windows', 'wine'];

/** Several pages ask for the same ones. */
const made = new WeakMap<KnownScenario, readonly Column[]>();

/** Every distinct trace that a platform of the atlas gave, then what Linux and Windows are expected to give where no run has them; in the order of their systems. */
export function columnsOf(atlas: Atlas, scenario: KnownScenario): readonly Column[] {
  const known = made.get(scenario);
  if (known !== undefined) return known;
  const measured = measuredColumns(atlas, scenario);
  const expected = ALWAYS.filter((id) => !measured.some(({ system }) => system === id)).flatMap((id) => expectedColumns(id, scenario));
  const columns = [...measured, ...expected].sort((a, b) => ORDER.indexOf(a.system) - ORDER.indexOf(b.system));
  made.set(scenario, columns);
  return columns;
}

function measuredColumns({ platforms, traces }: Atlas, { cells }: KnownScenario): Column[] {
  const byTrace = new Map<string, Column & { readonly givers: Giver[] }>();
  for (const [i, cell] of cells.entries()) {
    const platform = platforms[i];
    if (platform === undefined || cell === null) continue;
    for (const [index, count] of cell.traces) {
      const { trace: tokens, observations: answers } = traces[index] ?? { trace: [], observations: [] };
      // Wine gives what Windows does by the same names and numbers: two systems are two columns all the same.
      const key = `${platform.platform.id} ${index}`;
      const column = byTrace.get(key) ?? {
        system: platform.platform.id,
        isMeasured: true,
        evidence: 'measured',
        isPredicted: false,
        givers: [],
        tokens,
        answers,
      };
      byTrace.set(key, column);
      column.givers.push({ name: platform.key, trials: { of: count, all: trialsOf(cell) } });
    }
  }
  return [...byTrace.values()];
}

function expectedColumns(system: (typeof ALWAYS)[number], { id, described, calls }: KnownScenario): Column[] {
  const expectation = expectationFor(NEWEST[system], id)?.expectation;
  if (expectation === undefined) return [];
  const recorded = described === undefined ? [] : callsIn(described);
  return patternsOf(expectation).map((pattern) => {
    const tokens = expanded(pattern, calls.length === 0 ? undefined : calls.length);
    const answers = tokens.map((token, i) => {
      const { call, empty } = recorded[i] ?? {};
      return call && observationOf(codes, system, call, empty ?? false, token);
    });
    const { evidence, model } = expectation;
    return { system, isMeasured: false, evidence, isPredicted: model !== undefined, givers: [{ name: system }], tokens, answers };
  });
}
