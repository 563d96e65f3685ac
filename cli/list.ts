import { scenarios } from '../suites/index.ts';
import { UsageError } from './errors.ts';
import { print } from './output.ts';
import { select } from './select.ts';

const LIST_FORMATS = ['pretty', 'json'] as const;

export interface ListArguments {
  readonly skip: readonly string[];
  readonly format: string;
}

/** `sockatlas list`: the ids, one a line, ready for `@file`. */
export async function list(patterns: readonly string[], { skip, format }: ListArguments): Promise<number> {
  if (!(LIST_FORMATS as readonly string[]).includes(format)) throw new UsageError(`--format ${JSON.stringify(format)}: list has ${LIST_FORMATS.join(', ')}`);
  const ids = new Set(
    select(
      scenarios.map(({ id }) => id),
      patterns,
      skip,
    ),
  );
  const chosen = scenarios.filter(({ id }) => ids.has(id));
  await print(
    format === 'json'
      ? `${JSON.stringify(
          chosen.map(({ id, why, before, recorded }) => ({ id, why, before, recorded })),
          undefined,
          2,
        )}\n`
      : chosen.map(({ id }) => `${id}\n`).join(''),
  );
  return 0;
}
