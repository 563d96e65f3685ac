import { StepsError } from '../language/parse-steps.ts';
import { brief } from '../platforms/brief.ts';
import { shownPath } from '../platforms/shown-path.ts';
import type { DescribeMessage } from './agent-protocol.ts';
import { type Case, type Scenario, scenarioFrom, suite } from './scenario.ts';
import { withStarter } from './starter.ts';
import { importUserModule, UserModuleError } from './user-module.ts';

/** Scenarios of the user's own: a module that exports `event` and `cases`, and perhaps `about`. In an agent, which may die of them. */

/** Of a module, and of a file of steps. */
export const EVENT = /^[a-z0-9-]+\/[a-z0-9-]+$/;
export const NAME = /^[a-z0-9-]+$/;
export const MAX_TEXT = 500;
/** A run file holds no longer one. */
export const MAX_ID = 200;

/** The scenarios of the modules, in order. @throws UserModuleError */
export async function loadScenarios(files: readonly string[]): Promise<Scenario[]> {
  const scenarios: Scenario[] = [];
  for (const file of files) scenarios.push(...scenariosOf(file, await importUserModule(file)));
  return scenarios;
}

/** Says which scenarios modules hold, in a process of its own: a module may do anything as it is loaded. */
export async function describeModules(modules: readonly string[]): Promise<void> {
  const starter = await withStarter<DescribeMessage, never>();
  let message: DescribeMessage;
  try {
    const scenarios = await loadScenarios(modules);
    message = { type: 'scenarios', scenarios: scenarios.map(({ run: _, ...described }) => described) };
  } catch (error) {
    message = { type: 'refused', reason: (error as Error).message };
  }
  // The starter ends this process once it has heard: on Windows one that ended by itself would reset the connection, and the message with it.
  starter.say(message);
}

function scenariosOf(file: string, { event, about = '', cases }: Readonly<Record<string, unknown>>): Scenario[] {
  const refuse = (what: string) => new UserModuleError(`${shownPath(file)}: ${what}`);
  if (event === undefined) throw refuse("it exports no event: export const event = 'tcp/mine'");
  if (typeof event !== 'string' || !EVENT.test(event))
    throw refuse(`event is ${JSON.stringify(event)}; it must be transport/event in lower case, such as 'tcp/mine'`);
  if (typeof about !== 'string' || about.length > MAX_TEXT) throw refuse(`about must be a string of at most ${MAX_TEXT} characters`);
  if (typeof cases !== 'object' || cases === null || Object.keys(cases).length === 0) throw refuse('it exports no cases: export const cases = { name: { … } }');
  for (const [name, one] of Object.entries(cases as Record<string, unknown>)) {
    const wrong = NAME.test(name) ? faultOf(one) : 'its name may have lower-case letters, digits and -';
    if (wrong !== undefined) throw refuse(`cases.${name}: ${wrong}`);
  }
  const scenarios = suite(event as `${string}/${string}`, about, cases as Record<string, Case>);
  const long = scenarios.find(({ id }) => id.length > MAX_ID);
  if (long !== undefined) throw refuse(`${brief(long.id)}: an id has at most ${MAX_ID} characters`);
  return scenarios;
}

function faultOf(one: unknown): string | undefined {
  if (typeof one !== 'object' || one === null) return 'it must be an object: { why, steps }, or { why, steps, run(t) { … } }';
  const fields = one as Readonly<Record<string, unknown>>;
  for (const field of ['why', 'steps']) {
    const value = fields[field];
    if (typeof value !== 'string' || value.length > MAX_TEXT) return `${field} must be a string of at most ${MAX_TEXT} characters`;
  }
  if (fields.waits !== undefined && typeof fields.waits !== 'boolean') return 'waits must be true or false';
  if (fields.asksFor !== undefined && !(Array.isArray(fields.asksFor) && fields.asksFor.every((code) => typeof code === 'string')))
    return "asksFor must be a list of names of codes, such as ['EADDRINUSE']";
  if (fields.run !== undefined && typeof fields.run !== 'function') return 'run must be a function of (t)';
  try {
    scenarioFrom(fields as unknown as Case);
  } catch (error) {
    if (error instanceof StepsError) return `steps: ${error.message}`;
    throw error;
  }
  const unknown = Object.keys(fields).find((key) => !['why', 'steps', 'waits', 'asksFor', 'families', 'run'].includes(key));
  return unknown === undefined ? undefined : `unknown key ${JSON.stringify(unknown)}`;
}
