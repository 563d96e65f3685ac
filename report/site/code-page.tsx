import { CODE_PLATFORMS, type Code, type CodeSystem, codeSystem } from '../../language/code.ts';
import { isPair, pairGroup } from '../../language/pairs.ts';
import { codes } from '../../platforms/codes.ts';
import { groupBy } from '../group-by.ts';
import { count } from '../text.ts';
import { type CodeSighting, type CodeSightings, isSameCode } from './code-sightings.ts';
import type { Column } from './columns.ts';
import { page } from './layout.tsx';
import { CODES, codePath, link, scenarioPath } from './paths.ts';
import { CodeName, Heads, Known, Scroll } from './words.tsx';

/** A code on one of the systems that have it. */
interface OnSystem {
  readonly system: CodeSystem;
  readonly code: Code;
}

/** Every code that sockatlas knows, each name once: ECONNRESET is one of Linux and of Darwin. */
export function allCodes(): ReadonlyMap<string, readonly [OnSystem, ...OnSystem[]]> {
  return groupBy(
    CODE_PLATFORMS.flatMap((system) => codes.all(system).map((code) => ({ system, code }))),
    ({ code }) => code.name,
  );
}

/** The page of a code: its numbers, what it means, where it is given, and what the others answer there. */
export function codePage(name: string, on: readonly OnSystem[], sightings: CodeSightings): string {
  const path = codePath(name);
  const [first] = on;
  const numbers = [...new Set(on.map(({ code }) => spelledNumber(code)))].join(', ');
  return page({
    path,
    title: `${name} (${numbers})`,
    description: first?.code.text ?? name,
    children: (
      <>
        {[...groupBy(on, ({ code }) => code.text)].map(([text, alike]) => (
          <p key={text}>
            On {alike.map(({ system }) => system).join(', ')}: {text}
          </p>
        ))}
        <Numbers path={path} name={name} on={on} />
        {on.map((one) => (
          <Given key={one.system} path={path} {...one} sightings={sightings.of(one.system, name)} />
        ))}
        <section aria-labelledby="again">
          <h2 id="again">See it yourself</h2>
          <pre>{`sockatlas explain ${name}`}</pre>
        </section>
      </>
    ),
  });
}

function Numbers({ path, name, on }: { readonly path: string; readonly name: string; readonly on: readonly OnSystem[] }) {
  const own = new Set(on.map(({ system }) => system));
  const elsewhere = CODE_PLATFORMS.filter((system) => !own.has(system)).flatMap((system) => {
    const code = codes.counterpart(system, name);
    return code === undefined ? [] : [{ system, code }];
  });
  return (
    <Scroll label="Its numbers">
      <table>
        <Heads of={['platform', 'name', 'number', 'numbering', 'means']} />
        <tbody>
          {[...on, ...elsewhere].map(({ system, code }) => (
            <tr key={system}>
              <th scope="row">{system === 'windows' ? 'windows, wine' : system}</th>
              <td>
                <CodeName from={path} system={system} name={code.name} />
                {code.aliases !== undefined && `, also ${code.aliases.join(', ')}`}
                {code.winsock !== undefined && (
                  <div>
                    WSAGetOverlappedResult gives <CodeName from={path} system={system} name={code.winsock} />
                  </div>
                )}
                {code.win32 !== undefined && (
                  <div>
                    GetQueuedCompletionStatus gives <CodeName from={path} system={system} name={code.win32} />
                  </div>
                )}
              </td>
              <td>{spelledNumber(code)}</td>
              <td>{code.domain}</td>
              <td>{code.meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

interface GivenOptions extends OnSystem {
  readonly path: string;
  readonly sightings: readonly CodeSighting[];
}

function Given({ path, system, code, sightings }: GivenOptions) {
  const heading = `given-${system}`;
  const stories = sightings.filter(({ scenario }) => !isPair(scenario.id));
  const groups = groupBy(
    sightings.filter(({ scenario }) => isPair(scenario.id)),
    ({ scenario }) => pairGroup(scenario.id),
  );
  return (
    <section aria-labelledby={heading}>
      <h2 id={heading}>Where {system === 'windows' ? 'Windows or Wine' : system} gives it</h2>
      {sightings.length === 0 && <p>No scenario expects it there, and no run of this atlas shows it.</p>}
      {stories.length > 0 && <Stories path={path} system={system} name={code.name} stories={stories} />}
      <OtherAnswers path={path} system={system} name={code.name} sightings={sightings} />
      {[...groups].map(([group, own]) => (
        <details key={group}>
          <summary>
            {group}: {count(own.length, 'pair')} of calls
          </summary>
          <ul class="ids">
            {own.map(({ scenario: { id } }) => (
              <li key={id}>
                <a href={link(path, scenarioPath(id))}>{id.slice(id.indexOf('?') + 1)}</a>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  );
}

function Stories({
  path,
  system,
  name,
  stories,
}: {
  readonly path: string;
  readonly system: CodeSystem;
  readonly name: string;
  readonly stories: readonly CodeSighting[];
}) {
  return (
    <Scroll label={`Scenarios in which it is given on ${system}`}>
      <table>
        <Heads of={['scenario', 'given by', 'others answer the same calls with']} />
        <tbody>
          {stories.map(({ scenario: { id }, columns, others }) => (
            <tr key={id}>
              <th scope="row">
                <a href={link(path, scenarioPath(id))}>{id}</a>
              </th>
              <td>
                {columns.map((column, i) => (
                  <div key={i}>
                    {namesOf(column)} <Known by={column} />
                  </div>
                ))}
              </td>
              <td>
                {others.map(({ column, tokens }, i) => (
                  <div key={i}>
                    {namesOf(column)}:{' '}
                    <span class={tokens.every((token) => isSameCode(token, name)) ? 'trace' : 'trace differs'}>{tokens.join(', ') || '–'}</span>{' '}
                    <Known by={column} />
                  </div>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function namesOf({ givers }: Column): string {
  return givers.map(({ name }) => name).join(', ');
}

/** What Linux says where Windows says this, over all scenarios: each answer with how often it is given. */
function OtherAnswers({ path, system, name, sightings }: Omit<GivenOptions, 'code'> & { readonly name: string }) {
  const answers = sightings.flatMap(({ scenario, others }) =>
    others
      .filter(({ column }) => codeSystem(column.system) !== system)
      .flatMap(({ column, tokens }) => tokens.map((token) => ({ id: scenario.id, other: column.system, token }))),
  );
  const bySystem = groupBy(answers, ({ other }) => other);
  return [...bySystem].map(([other, own]) => {
    const rows = [...groupBy(own, ({ token }) => token)].sort(([, a], [, b]) => b.length - a.length);
    const heading = `instead-${system}-${other}`;
    return (
      <section key={other} aria-labelledby={heading}>
        <h3 id={heading}>
          What {other} says where {system} says {name}
        </h3>
        <Scroll label={`Answers of ${other} in place of the one of ${system}`}>
          <table>
            <thead>
              <tr>
                <th scope="col">{other} says</th>
                <th scope="col">in so many scenarios</th>
                <th scope="col">for example</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(([token, [example, ...more]]) => (
                <tr key={token}>
                  <th scope="row" class="trace">
                    {token}
                  </th>
                  <td>{more.length + 1}</td>
                  <td>
                    <a href={link(path, scenarioPath(example.id))}>{example.id}</a>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </section>
    );
  });
}

/** A number as people write it: an NTSTATUS in hexadecimal. */
function spelledNumber({ domain, number }: Code): string {
  return domain === 'ntstatus' ? `0x${number.toString(16).toUpperCase().padStart(8, '0')}` : String(number);
}

/** The index of codes: by name with the numbers of each system, and by number. */
export function codesPage(): string {
  const all = allCodes();
  const numbered = [...all.values()].flat().sort((a, b) => a.code.number - b.code.number);
  return page({
    path: CODES,
    title: 'Error codes by name and number',
    description: 'The error codes of socket calls on Linux, Darwin and Windows: numbers, meaning, and where each is given.',
    children: (
      <>
        <p>
          <a href="#numbers">By number</a>: 104, 10054 or 64 in the log.
        </p>
        <Scroll label="Codes by name">
          <table class="by-name">
            <thead>
              <tr>
                <th scope="col">code</th>
                {CODE_PLATFORMS.map((system) => (
                  <th key={system} scope="col">
                    {system}
                  </th>
                ))}
                <th scope="col">means</th>
                <th scope="col">text</th>
              </tr>
            </thead>
            <tbody>
              {[...all].map(([name, [first, ...others]]) => (
                <tr key={name}>
                  <th scope="row">
                    <a href={codePath(name)}>{name}</a>
                    {first.code.aliases !== undefined && <div class="soft">{first.code.aliases.join(', ')}</div>}
                  </th>
                  {CODE_PLATFORMS.map((system) => {
                    const own = [first, ...others].find((one) => one.system === system);
                    return <td key={system}>{own === undefined ? '' : spelledNumber(own.code)}</td>;
                  })}
                  <td>{first.code.meaning}</td>
                  <td>{first.code.text}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
        <h2 id="numbers">By number</h2>
        <ul class="numbers">
          {[...groupBy(numbered, ({ code }) => spelledNumber(code))].map(([number, own]) => (
            <li key={number} id={`number-${number}`}>
              {number}{' '}
              {own.map(({ system, code }) => (
                <span key={system}>
                  <a href={codePath(code.name)}>{code.name}</a> <span class="soft">{system}</span>{' '}
                </span>
              ))}
            </li>
          ))}
        </ul>
      </>
    ),
  });
}
