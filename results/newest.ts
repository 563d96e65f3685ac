import type { Run, ScenarioLine } from './schema.ts';

/** A run, and the file that holds it. */
export interface Recorded {
  readonly run: Run;
  readonly file: string;
}

/** For each platform the newest run that has the scenario. `runs`: the newest first. */
export function newestTraces(runs: readonly Recorded[], id: string): { recorded: Recorded; scenario: ScenarioLine }[] {
  const newest = new Map<string, { recorded: Recorded; scenario: ScenarioLine }>();
  for (const recorded of runs) {
    const { name } = recorded.run.header.platform;
    const scenario = recorded.run.scenarios.find((line) => line.id === id);
    if (scenario !== undefined && !newest.has(name)) newest.set(name, { recorded, scenario });
  }
  return [...newest.values()];
}
