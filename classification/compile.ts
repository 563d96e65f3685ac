import type { CodePlatform, Codes } from '../language/code.ts';
import type { Row, Table } from './table-schema.ts';
import { isInReturn, tableId } from './table-terms.ts';

/** The class that a table gives to what a call returned. */
export type Classify = (ret: number, code: number) => string;

interface Compiled {
  /** Which row a return value falls into, as an index into the table's rows. */
  readonly rowOf: (ret: number, code: number) => number;
  readonly classify: Classify;
  /** The first name that the platform does not have: rows do not match for such names. */
  readonly unknown: string | undefined;
}

/** Codes below this are looked up in an array: every errno, and every Winsock code. */
const DENSE = 12_000;

const compiled = new WeakMap<Table, Map<CodePlatform, Compiled>>();

/** `platform` says whose numbers the names stand for; of no matter to an api that returns its codes, whose table names them itself. Made once for each. */
export function compile(table: Table, codes: Codes, platform: CodePlatform): Compiled {
  const own = compiled.get(table) ?? new Map<CodePlatform, Compiled>();
  let rows = own.get(platform);
  if (rows === undefined) {
    rows = made(table, codes, platform);
    compiled.set(table, own.set(platform, rows));
  }
  return rows;
}

function made(table: Table, codes: Codes, platform: CodePlatform): Compiled {
  let unknown: string | undefined;
  const signs = { positive: lookup(), zero: lookup(), negative: lookup() };
  table.rows.forEach((row, index) => {
    const sign = signs[row.ret];
    // What stands behind a row for any code is never reached.
    if (sign.otherwise !== -1) return;
    if (row.codes === undefined) sign.otherwise = index;
    for (const code of row.codes ?? []) {
      const number = numberOf(table, codes, platform, code);
      if (number === undefined) unknown ??= String(code);
      else if (!sign.byCode.has(number)) sign.byCode.set(number, index);
    }
  });
  const [positive, zero, negative] = [finish(signs.positive), finish(signs.zero), finish(signs.negative)];
  const inReturn = isInReturn(table.api);
  const rowOf: Compiled['rowOf'] = (ret, code) => (ret < 0 ? negative(inReturn ? ret : code) : ret === 0 ? zero(code) : positive(code));
  const classes = table.rows.map((row) => row.class);
  return { rowOf, classify: (ret, code) => classes[rowOf(ret, code)] as string, unknown };
}

/** The table as a function over a platform's numbers. @throws RangeError for a code name that the platform's list lacks */
export function classifierOf(table: Table, codes: Codes, platform: CodePlatform): Classify {
  const { classify, unknown } = compile(table, codes, platform);
  if (unknown !== undefined) throw new RangeError(`${tableId(table)}: ${platform} has no error code ${unknown}`);
  return classify;
}

/**
 * The number that a code in a row stands for on a platform. On Windows a name without WSA is the C runtime's, as it is to a C compiler there: a number
 * that no Winsock call leaves.
 */
export function numberOf(
  table: Pick<Table, 'api' | 'codes'>,
  codes: Codes,
  platform: CodePlatform,
  code: NonNullable<Row['codes']>[number],
): number | undefined {
  if (typeof code === 'number') return code;
  const own = table.codes !== undefined && Object.hasOwn(table.codes, code) ? table.codes[code] : undefined;
  if (own !== undefined || isInReturn(table.api)) return own;
  return codes.named(platform, code)?.number ?? (table.api === 'winsock' ? codes.crtNumber(code) : undefined);
}

interface Lookup {
  readonly byCode: Map<number, number>;
  otherwise: number;
}

function lookup(): Lookup {
  return { byCode: new Map(), otherwise: -1 };
}

function finish({ byCode, otherwise }: Lookup): (code: number) => number {
  if (byCode.size === 0) return () => otherwise;
  const dense = new Int16Array(DENSE).fill(otherwise);
  for (const [code, row] of byCode) if (code >= 0 && code < DENSE) dense[code] = row;
  return (code) => (code >= 0 && code < DENSE ? (dense[code] as number) : (byCode.get(code) ?? otherwise));
}
