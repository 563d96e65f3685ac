/** How much a run file may hold. An agent needs them too, and nothing else of the schema. */

/** Of a run; of a scenario; of a trace. */
export const MAX_SCENARIOS = 20_000;
export const MAX_TRACES = 1000;
export const MAX_CALLS = 1000;

/** Into how many parts a run may be divided. */
export const MAX_SHARDS = 1000;

/** How many patterns may choose scenarios. */
export const MAX_PATTERNS = 10_000;
