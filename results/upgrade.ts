import type { Evidence } from '../language/evidence.ts';

/** Schema 1 has a letter and `measured` for the evidence. Its C means one report or an inference; the weaker one is used. */
const EVIDENCE: Readonly<Record<string, Evidence>> = { A: 'asserted', B: 'documented', C: 'inferred', D: 'unknown' };

/** The verdicts that earlier files have with the mark `foretold`. */
const KNOWN = new Map([
  ['unstable', 'known-race'],
  ['blocked', 'known-hang'],
]);

type Fields = Readonly<Record<string, unknown>>;

/**
 * Makes the lines of a run of an earlier version those of this one, in their order: of schema 1 (the verdict `recorded` is `unjudged`, and an expectation's evidence a
 * word), and of schema 2 as it first was (the mark `foretold` is a verdict of its own). What no version had stays unchanged, and the schema then refuses it.
 */
export function upgrader(): (line: unknown) => unknown {
  /** The verdict of each scenario that was renamed: the footer counts them by their old names. */
  const renamed: [string, string][] = [];
  const scenario = ({ foretold, ...fields }: Fields) => {
    const old = String(fields.verdict);
    const verdict = old === 'recorded' ? 'unjudged' : foretold === true ? KNOWN.get(old) : undefined;
    if (verdict === undefined) return { ...fields, ...(foretold !== undefined && { foretold }) };
    renamed.push([old, verdict]);
    return { ...fields, verdict };
  };
  return (line) => {
    const fields = asFields(line);
    switch (fields?.type) {
      case 'header':
        return { ...fields, schema: 2 };
      case 'scenario':
        return { ...scenario(fields), ...(fields.expected !== undefined && { expected: expected(fields.expected) }) };
      case 'footer':
        return { ...fields, verdicts: recounted(fields.verdicts, renamed) };
      default:
        return line;
    }
  };
}

function recounted(counts: unknown, renamed: readonly [string, string][]): unknown {
  const fields = asFields(counts);
  if (fields === undefined || renamed.length === 0) return counts;
  const verdicts: Record<string, unknown> = { ...fields };
  for (const [old, verdict] of renamed) {
    verdicts[old] = Number(verdicts[old]) - 1;
    verdicts[verdict] = Number(verdicts[verdict] ?? 0) + 1;
    if (verdicts[old] === 0) delete verdicts[old];
  }
  return verdicts;
}

function expected(value: unknown): unknown {
  const fields = asFields(value);
  if (fields === undefined || !('confidence' in fields)) return value;
  const { confidence, measured, ...rest } = fields;
  return { ...rest, evidence: measured === true ? 'measured' : EVIDENCE[String(confidence)] };
}

function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}
