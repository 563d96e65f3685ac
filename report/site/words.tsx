import type { CodePlatform } from '../../language/code.ts';
import { type Evidence, evidencePhrase } from '../../language/evidence.ts';
import { BLOCKED, parseToken } from '../../language/token.ts';
import { ANY } from '../../language/trace.ts';
import { codes } from '../../platforms/codes.ts';
import type { Observation } from '../../results/schema.ts';
import type { Column } from './columns.ts';
import { codePath, link } from './paths.ts';

/** What every kind of page says in the same way. */

type KnownBy = Pick<Column, 'isMeasured' | 'isPredicted' | 'evidence'>;

/** How a thing is known, as the style sheet tells it apart. */
export function knownClass({ isMeasured, isPredicted, evidence }: KnownBy): string {
  if (isMeasured) return 'measured';
  if (isPredicted || evidence === 'inferred' || evidence === 'unknown') return 'predicted';
  return evidence === 'measured' ? 'measured' : 'documented';
}

export function knownText({ isMeasured, isPredicted, evidence }: KnownBy): string {
  if (isMeasured) return 'measured';
  return isPredicted ? `predicted by the model; its weakest rule: ${evidencePhrase(evidence)}` : evidencePhrase(evidence);
}

export function Known({ by }: { readonly by: { readonly isMeasured?: boolean; readonly isPredicted: boolean; readonly evidence: Evidence } }) {
  const known = { isMeasured: false, ...by };
  return <span class={`known ${knownClass(known)}`}>{knownText(known)}</span>;
}

/** A code's name, which leads to its page where it is one that sockatlas knows. */
export function CodeName({ from, system, name }: { readonly from: string; readonly system: CodePlatform; readonly name: string }) {
  const code = codes.named(system, name);
  return code === undefined ? <code>{name}</code> : <a href={link(from, codePath(code.name))}>{<code>{name}</code>}</a>;
}

interface AnswerOptions {
  readonly from: string;
  readonly system: CodePlatform;
  readonly token: string;
  /** What was measured; of what is expected its token alone. */
  readonly answer: Observation | undefined;
}

/** One call's answer in numbers: `-1 ECONNRESET (104)`, `10`, `0 eof`. */
export function Answer({ from, system, token, answer }: AnswerOptions) {
  if (token === BLOCKED || answer?.ret === null) return <>never returns</>;
  if (answer?.name !== undefined) {
    return (
      <>
        <code>{answer.ret}</code> <CodeName from={from} system={system} name={answer.name} /> <span class="soft">({answer.code})</span>
      </>
    );
  }
  if (answer !== undefined) {
    const says = /^(data|sent|readable):|^ok$/.test(token) ? '' : token;
    return (
      <>
        <code>{answer.ret}</code> {says !== '' && says !== String(answer.ret) && <code class="soft">{says}</code>}
      </>
    );
  }
  if (token === ANY) return <>any</>;
  const parsed = parseToken(token);
  if (parsed?.type !== 'code') return <code>{token}</code>;
  const code = codes.named(system, parsed.name);
  return (
    <>
      <code>-1</code> <CodeName from={from} system={system} name={parsed.name} /> {code !== undefined && <span class="soft">({code.number})</span>}
    </>
  );
}

/** The heading of a table whose columns have words for names. */
export function Heads({ of }: { readonly of: readonly string[] }) {
  return (
    <thead>
      <tr>
        {of.map((name) => (
          <th key={name} scope="col">
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** A wide thing, which scrolls by itself, with the keyboard too. */
export function Scroll({ label, children }: { readonly label: string; readonly children: preact.ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached without a mouse (WCAG 2.1.1)
    <section class="scroll" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
