import type { ComponentChildren } from 'preact';
import { codePath, link } from '../paths.ts';

/** Words of a trace, in which each code that has a page leads to it. */
export function TraceLinks({
  words,
  from,
  codes,
  stop,
}: {
  words: string;
  from: string;
  codes: Pick<ReadonlySet<string>, 'has'>;
  stop?: number;
}): ComponentChildren {
  return words.split(/\b([A-Z][A-Z\d_]+)\b/).map((part, i) =>
    i % 2 === 1 && codes.has(part) ? (
      <a href={link(from, codePath(part))} tabIndex={stop}>
        {part}
      </a>
    ) : (
      part
    ),
  );
}
