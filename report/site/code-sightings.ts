import { type CodePlatform, type CodeSystem, codeSystem } from '../../language/code.ts';
import { withoutSpelling } from '../../language/same-trace.ts';
import { namesIn, parseToken } from '../../language/token.ts';
import { codes } from '../../platforms/codes.ts';
import type { Atlas } from '../../results/atlas.ts';
import { type Column, columnsOf } from './columns.ts';
import type { KnownScenario } from './known-scenarios.ts';

/** Where codes are given, found once for all of their pages. */
export interface CodeSightings {
  /** By the code's own system and name; nothing for one that no scenario gives. */
  of(system: CodeSystem, name: string): readonly CodeSighting[];
}

/** A code in a scenario: who gives it there, and what the other systems answer to the same calls. */
export interface CodeSighting {
  readonly scenario: KnownScenario;
  readonly columns: readonly Column[];
  /** Of each other column the answers to the calls that gave the code, each once. */
  readonly others: readonly { readonly column: Column; readonly tokens: readonly string[] }[];
}

export function codeSightings(atlas: Atlas, scenarios: readonly KnownScenario[]): CodeSightings {
  const found = new Map<string, CodeSighting[]>();
  for (const scenario of scenarios) {
    const columns = columnsOf(atlas, scenario);
    for (const [key, at] of placesOf(columns)) {
      const [own, others] = [columns.filter((column) => at.has(column)), columns.filter((column) => !at.has(column))];
      const places = [...new Set(own.flatMap((column) => at.get(column) ?? []))];
      const answers = others.map((column) => ({ column, tokens: [...new Set(places.flatMap((i) => column.tokens[i] ?? []))] }));
      const sightings = found.get(key) ?? [];
      found.set(key, sightings);
      sightings.push({ scenario, columns: own, others: answers });
    }
  }
  return { of: (system, name) => found.get(`${system} ${name}`) ?? [] };
}

/** By system and name: which calls of which columns gave it. */
function placesOf(columns: readonly Column[]): ReadonlyMap<string, ReadonlyMap<Column, readonly number[]>> {
  const places = new Map<string, Map<Column, number[]>>();
  for (const column of columns) {
    for (const [i, token] of column.tokens.entries()) {
      for (const name of codesIn(column.system, token)) {
        const key = `${codeSystem(column.system)} ${name}`;
        const own = places.get(key) ?? new Map<Column, number[]>();
        places.set(key, own);
        own.set(column, [...(own.get(column) ?? []), i]);
      }
    }
  }
  return places;
}

const known = new Map<string, readonly string[]>();

/** The codes of a system that a token names, as its own list has them. */
function codesIn(system: CodePlatform, token: string): readonly string[] {
  const key = `${system} ${token}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const parsed = parseToken(token);
  const names = parsed === undefined ? [] : namesIn(parsed).flatMap((name) => codes.named(system, name)?.name ?? []);
  known.set(key, names);
  return names;
}

/** Whether an answer is the same but for the name that its system has for it. */
export function isSameCode(token: string, name: string): boolean {
  return withoutSpelling(token) === withoutSpelling(name);
}
