import { type Decision, type Policy, PolicyError } from './policy.ts';

/** Policies are users' code: what they export and what they return is checked before it is used. */

const MAX_NAME = 100;
const MAX_WHY = 500;
const MAX_STATE = 100_000;

/** A module's export as a policy. `source` is what messages call it. @throws PolicyError */
export function validPolicy(module: Readonly<Record<string, unknown>>, source: string): Policy {
  const exported = module.policy ?? module.default;
  if (exported === undefined) throw new PolicyError(`${source} exports no policy: export const policy = { name, start, poll(state, seen) { … } }`);
  if (typeof exported !== 'object' || exported === null) throw new PolicyError(`${source}: its policy is ${kindOf(exported)}, not an object`);
  const { name, start, ready, poll } = exported as Record<string, unknown>;
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME) {
    throw new PolicyError(`${source}: the policy's name is ${kindOf(name)}; it must be a string of at most ${MAX_NAME} characters`);
  }
  if (typeof poll !== 'function') throw new PolicyError(`${source}: the policy's poll is ${kindOf(poll)}; it must be a function of (state, seen)`);
  if (ready !== undefined && typeof ready !== 'function') {
    throw new PolicyError(`${source}: the policy's ready is ${kindOf(ready)}; it must be a function of (state, readiness, bufferedTlsBytes), or absent`);
  }
  checkState(start, `${source}: start`);
  return exported as Policy;
}

/** Asks a policy, and holds its answer to the interface. @throws PolicyError */
export function validDecision(policy: Policy, ask: () => Decision<unknown> | undefined): Decision<unknown> | undefined {
  let decision: unknown;
  try {
    decision = ask();
  } catch (error) {
    throw new PolicyError(`${policy.name} threw: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`, { cause: error });
  }
  if (decision === undefined) return undefined;
  if (decision instanceof Promise) {
    decision.catch(() => {});
    throw new PolicyError(`${policy.name} returned a promise; it must return the decision itself`);
  }
  if (typeof decision !== 'object' || decision === null)
    throw new PolicyError(`${policy.name} returned ${kindOf(decision)}; it must return { action, why, state }`);
  const { action, why, state } = decision as Record<string, unknown>;
  if (action !== 'close' && action !== 'keep') throw new PolicyError(`${policy.name}: action is ${kindOf(action)}; it must be 'close' or 'keep'`);
  if (typeof why !== 'string' || why.length > MAX_WHY) {
    throw new PolicyError(`${policy.name}: why is ${kindOf(why)}; it must be a string of at most ${MAX_WHY} characters`);
  }
  checkState(state, `${policy.name}: state`);
  return { action, why, state };
}

/** States are compared as JSON, so a state must be plain JSON: a Map, for one, would be {} whatever it holds. */
function checkState(state: unknown, what: string): void {
  const odd = notJson(state, 0);
  if (odd !== undefined) throw new PolicyError(`${what} contains ${odd}: a state must be plain JSON`);
  if ((JSON.stringify(state)?.length ?? 0) > MAX_STATE) throw new PolicyError(`${what} is longer than ${MAX_STATE} characters of JSON`);
}

function notJson(value: unknown, depth: number): string | undefined {
  if (depth > 50) return 'more than 50 levels';
  if (value === undefined || value === null || typeof value === 'boolean' || typeof value === 'string') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : String(value);
  if (typeof value !== 'object') return kindOf(value);
  const prototype = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return `a ${prototype?.constructor?.name ?? 'object of an unknown kind'}`;
  for (const inner of Object.values(value)) {
    const odd = notJson(inner, depth + 1);
    if (odd !== undefined) return odd;
  }
  return undefined;
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (typeof value === 'string') return value.length > 30 ? `a string of ${value.length} characters` : JSON.stringify(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `a ${typeof value}`;
}
