import type { Evidence } from '../language/evidence.ts';

/** Schema 1 has a letter and `measured` for the evidence. Its C means one report or an inference; the weaker one is used. */
const EVIDENCE: Readonly<Record<string, Evidence>> = { A: 'asserted', B: 'documented', C: 'inferred', D: 'unknown' };

type Fields = Readonly<Record<string, unknown>>;

/**
 * A line of a schema 1 file as schema 2 has it: the verdict `recorded` is `unjudged`, and an expectation's evidence is a word. Fields that are not part of schema 1 stay
 * unchanged, and the schema then refuses them.
 */
export function upgraded(line: unknown): unknown {
  const fields = asFields(line);
  switch (fields?.type) {
    case 'header':
      return { ...fields, schema: 2 };
    case 'scenario':
      return { ...fields, verdict: verdict(fields.verdict), ...(fields.expected !== undefined && { expected: expected(fields.expected) }) };
    case 'footer':
      return { ...fields, verdicts: verdicts(fields.verdicts) };
    default:
      return line;
  }
}

function verdict(word: unknown): unknown {
  return word === 'recorded' ? 'unjudged' : word;
}

function verdicts(counts: unknown): unknown {
  const fields = asFields(counts);
  return fields === undefined ? counts : Object.fromEntries(Object.entries(fields).map(([word, count]) => [verdict(word), count]));
}

function expected(value: unknown): unknown {
  const fields = asFields(value);
  if (fields === undefined) return value;
  const { confidence, measured, ...rest } = fields;
  return { ...rest, evidence: measured === true ? 'measured' : EVIDENCE[String(confidence)] };
}

function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}
