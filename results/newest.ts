import type { Run, ScenarioLine } from './schema.ts';

/** A run, and the file that holds it. */
export interface Recorded {
  readonly run: Run;
  readonly file: string;
}

/** Those of one platform alone: by a run whose peers were on another nothing is known of either. */
export function ofOnePlatform(runs: readonly Recorded[]): readonly Recorded[] {
  return runs.filter(({ run }) => run.header.peer === undefined);
}

const byId = new WeakMap<Run, ReadonlyMap<string, ScenarioLine>>();

/** A run's line of a scenario: there are many of both, and a page asks for each. */
function lineOf(run: Run, id: string): ScenarioLine | undefined {
  const lines = byId.get(run) ?? new Map(run.scenarios.map((line) => [line.id, line]));
  byId.set(run, lines);
  return lines.get(id);
}

/** For each platform, and that of its peers where they were elsewhere, the newest run that has the scenario. `runs`: the newest first. */
export function newestTraces(runs: readonly Recorded[], id: string): { recorded: Recorded; scenario: ScenarioLine }[] {
  const newest = new Map<string, { recorded: Recorded; scenario: ScenarioLine }>();
  for (const recorded of runs) {
    const { platform, peer } = recorded.run.header;
    const key = JSON.stringify([platform.name, peer?.name]);
    const scenario = lineOf(recorded.run, id);
    if (scenario !== undefined && !newest.has(key)) newest.set(key, { recorded, scenario });
  }
  return [...newest.values()];
}
