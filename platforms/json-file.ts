import type * as Zod from 'zod';
import { brief, extentOf } from './bounded.ts';
import { JsonFileError } from './file-errors.ts';
import { jsonLines, lineOf, pointerOf } from './json-lines.ts';
import { didYouMean } from './nearest.ts';
import { z } from './zod.ts';

/** JSON.parse, and what looks at its result, go down as deep as the text does. */
export const MAX_DEPTH = 20;
export const MOST_COMPLAINTS = 10;

/** Something wrong with the value at a path of the document. */
export interface Complaint {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** A JSON text as a value of `schema`. `file` is what messages call it. @throws JsonFileError */
export function parseJson<T>(text: string, file: string, schema: Zod.ZodType<T>): T {
  if (extentOf(text).depth > MAX_DEPTH) throw new JsonFileError(`${file}: nested deeper than ${MAX_DEPTH} levels`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new JsonFileError(`${file}${placeOf(text, error as Error)}: not valid JSON: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  // A misspelt key is also a missing one: the misspelling first.
  const issues = parsed.error.issues.flatMap(ofMeant).sort((a, b) => Number(b.code === 'unrecognized_keys') - Number(a.code === 'unrecognized_keys'));
  const complaints = issues.slice(0, MOST_COMPLAINTS).flatMap((issue) => complaintsOf(issue, value, schema));
  throw faulty(text, file, complaints, Math.max(0, issues.length - MOST_COMPLAINTS));
}

/** The error for a document of the right shape that is wrong all the same. `more`: how many complaints there are besides. */
export function faulty(text: string, file: string, complaints: readonly Complaint[], more = 0): JsonFileError {
  const lines = jsonLines(text);
  const told = complaints
    .slice(0, MOST_COMPLAINTS)
    .map(({ path, message }) => `${file}:${lineOf(lines, pointerOf(path))}: ${brief(`${brief(pointerOf(path), 200) || 'the file'}: ${message}`)}`);
  const untold = complaints.length - told.length + more;
  if (untold > 0) told.push(`… and ${untold} more`);
  return new JsonFileError(told.join('\n'));
}

/** A union's issues are those of one alternative: of the first that has the value's own type, since it was probably meant. */
function ofMeant(issue: Zod.core.$ZodIssue): Zod.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors.find((issues) => issues.every(({ code, path }) => code !== 'invalid_type' || path.length > 0)) ?? issue.errors[0] ?? [];
  return meant.flatMap((inner) => ofMeant({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** zod's words, with what is nearest to a name that is not known. */
function complaintsOf(issue: Zod.core.$ZodIssue, value: unknown, schema: Zod.ZodType): Complaint[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(z.toJSONSchema(schema, { unrepresentable: 'any' }) as JsonSchema, issue.path);
    const near = (key: string, i: number) => (i < MOST_COMPLAINTS ? didYouMean(known, key) : '');
    return issue.keys.map((key, i) => ({ path: [...issue.path, key], message: `unknown key ${JSON.stringify(key)}${near(key, i)}` }));
  }
  if (issue.code === 'invalid_value') {
    const written = valueAt(value, issue.path);
    const names = issue.values.map(String);
    if (written === undefined) return [{ path: issue.path, message: `missing; it must be one of ${names.join(', ')}` }];
    if (typeof written === 'string') {
      return [{ path: issue.path, message: `${JSON.stringify(written)} is not one of ${names.join(', ')}${didYouMean(names, written)}` }];
    }
  }
  return [{ path: issue.path, message: issue.message }];
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** The keys that an object at this path may have. */
function keysAt(root: JsonSchema, path: readonly PropertyKey[]): string[] {
  const alternatives = (schema: JsonSchema | boolean | undefined): JsonSchema[] => {
    if (typeof schema !== 'object') return [];
    return [schema, ...[root.$defs?.[schema.$ref?.slice('#/$defs/'.length) ?? ''], ...(schema.anyOf ?? [])].flatMap(alternatives)];
  };
  const below = (part: PropertyKey) => (at: JsonSchema) => alternatives(at.properties?.[String(part)] ?? at.items ?? at.additionalProperties);
  const found = path.reduce<readonly JsonSchema[]>((schemas, part) => schemas.flatMap(below(part)), alternatives(root));
  return found.flatMap(({ properties = {} }) => Object.keys(properties));
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part], value);
}

/** The line that JSON.parse stopped at, where it says: `:12`. */
function placeOf(text: string, { message }: Error): string {
  const [, position] = /at position (\d+)/.exec(message) ?? [];
  return position === undefined ? '' : `:${text.slice(0, Number(position)).split('\n').length}`;
}
