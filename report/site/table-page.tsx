import type { Checked } from '../../classification/checked.ts';
import { expectedSightings, recordedSightings } from '../../classification/evidence.ts';
import { type Finding, findFaults } from '../../classification/find.ts';
import { POLICY_LIBRARIES, policiesOf } from '../../classification/policies/libraries.ts';
import type { Sighting } from '../../classification/returned.ts';
import { checkedShipped, shippedFiles, type Table } from '../../classification/table.ts';
import { codeNamed } from '../../platforms/codes.ts';
import type { Recorded } from '../../results/newest.ts';
import { scenarios, stories } from '../../suites/index.ts';
import { describeFinding, levelCounts, UNHELD } from '../findings/check-report.ts';
import { groupBy } from '../group-by.ts';
import { page } from './layout.tsx';
import { libraryId, libraryLink, link, policyPath, scenarioPath, sourceUrl, TABLES, tablePath } from './paths.ts';
import { CodeName, Heads, Scroll } from './words.tsx';

/** A table that comes with sockatlas, and what the check finds in it. */
export interface TableWithFindings {
  readonly checked: Checked;
  readonly table: Table;
  readonly findings: readonly Finding[];
}

/** Every table, held against what platforms are expected to return and what these runs have, as `sockatlas check` does. */
export function tablesWithFindings(runs: readonly Recorded[]): readonly TableWithFindings[] {
  const tables = shippedFiles().map((shipped) => ({ checked: checkedShipped(shipped), table: shipped.table }));
  const findings = findFaults(
    tables.map(({ checked }) => checked),
    [...expectedSightings(stories), ...fewAlike(recordedSightings(stories, runs, (file) => file))],
  );
  const byTable = groupBy(findings, ({ at }) => at.checked);
  return tables.map((one) => ({ ...one, findings: byTable.get(one.checked) ?? [] }));
}

/** A finding names this many platforms on which it is the same: an atlas may have hundreds that answer alike. */
const MOST_ALIKE = 5;

function fewAlike(sightings: readonly Sighting[]): Sighting[] {
  const seen = new Map<string, number>();
  return sightings.filter(({ codes, scenario, index, call, ret, code }) => {
    const key = `${codes} ${scenario} ${index} ${call} ${ret} ${code}`;
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    return times <= MOST_ALIKE;
  });
}

/** The page of a table: its rows, where they were read, and what is wrong with them. */
export function tablePage({ checked, table, findings }: TableWithFindings): string {
  const path = tablePath(checked.id);
  const { name, versions, api, calls, sources, note, superseded } = table;
  return page({
    path,
    title: `The table ${checked.id}`,
    description: `How ${name} classifies what ${calls.join(', ')} return, and what is wrong with it.`,
    children: (
      <>
        <p>
          How <a href={libraryLink(path, name)}>{name}</a> {versions} classifies what <code>{calls.join(', ')}</code> return, with the codes of {api}.
          {superseded === true && ' Newer versions have another table.'}
        </p>
        {note !== undefined && <p>{note}</p>}
        <section aria-labelledby="findings">
          <h2 id="findings">What the check finds</h2>
          {findings.length === 0 && (
            <p>{checked.platforms.length === 0 ? 'Only its rows are checked: no platform here sets the codes of this API.' : 'Nothing.'}</p>
          )}
          {findings.map((finding, i) => (
            <OneFinding key={i} path={path} finding={finding} />
          ))}
        </section>
        <section aria-labelledby="rows">
          <h2 id="rows">Its rows</h2>
          <p class="soft">The first row that matches gives the class.</p>
          <Rows path={path} checked={checked} table={table} />
        </section>
        <section aria-labelledby="classes">
          <h2 id="classes">Its classes</h2>
          <Scroll label="Classes">
            <table>
              <Heads of={['class', 'means', 'note']} />
              <tbody>
                {Object.entries(table.classes).map(([className, { meaning, value, note: said }]) => (
                  <tr key={className}>
                    <th scope="row">
                      <code>{className}</code>
                      {value !== undefined && ` = ${value}`}
                    </th>
                    <td>{meaning}</td>
                    <td>{said}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </section>
        <section aria-labelledby="sources">
          <h2 id="sources">Where it was read</h2>
          <ul>
            {sources.map((source) => (
              <li key={source}>{sourceUrl(source) === undefined ? source : <a href={sourceUrl(source)}>{source}</a>}</li>
            ))}
          </ul>
        </section>
        <section aria-labelledby="again">
          <h2 id="again">See it yourself</h2>
          <pre>{`sockatlas check "${name}@${table.label}" --level note`}</pre>
        </section>
      </>
    ),
  });
}

const KNOWN = new Set(scenarios.map(({ id }) => id));

function OneFinding({ path, finding }: { readonly path: string; readonly finding: Finding }) {
  const { rule, level, seen } = finding;
  const shown = [...new Set(seen.map(({ scenario }) => scenario))].filter((id) => KNOWN.has(id));
  return (
    <article class="finding">
      <h3>
        {level}: <code>{rule.id}</code>
      </h3>
      <p>
        {rule.says} {rule.follows}
      </p>
      <p class="observed">{describeFinding(finding)}</p>
      {shown.length > 0 && (
        <p>
          {shown.map((id) => (
            <a key={id} href={link(path, scenarioPath(id))}>
              {id}
            </a>
          ))}
        </p>
      )}
    </article>
  );
}

function Rows({ path, checked, table }: { readonly path: string; readonly checked: Checked; readonly table: Table }) {
  const [system] = checked.platforms;
  return (
    <Scroll label="Rows">
      <table>
        <Heads of={['return value', 'codes', 'class', 'note']} />
        <tbody>
          {table.rows.map(({ ret, codes, class: className, note }, i) => (
            <tr key={i}>
              <th scope="row">{ret}</th>
              <td>
                {codes === undefined
                  ? 'all others'
                  : codes.map((code) => (
                      <span key={code}>
                        {system !== undefined && typeof code === 'string' && codeNamed(system, code) !== undefined ? (
                          <CodeName from={path} system={system} name={code} />
                        ) : (
                          <code>{code}</code>
                        )}{' '}
                      </span>
                    ))}
              </td>
              <td>
                <code>{className}</code>
              </td>
              <td>{note}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** The index of tables and close policies, by library. */
export function tablesPage(all: readonly TableWithFindings[]): string {
  return page({
    path: TABLES,
    title: 'Tables and close policies of libraries',
    description: 'How libraries classify what socket calls return, and when they close: what is wrong with it, on which platform.',
    children: (
      <>
        <p>
          A table is what a library makes of a return value and its code; a policy decides by it whether the connection closes. Each table is held against what
          every platform returns, as <code>sockatlas check</code> does.
        </p>
        {[...groupBy(all, ({ table }) => table.name)].map(([library, own]) => (
          <section key={library} aria-labelledby={libraryId(library)}>
            <h2 id={libraryId(library)}>{library}</h2>
            <Policies library={library} />
            <ul>
              {own.map(({ checked, findings }) => (
                <li key={checked.id}>
                  <a href={tablePath(checked.id)}>{checked.id}</a>{' '}
                  <span class="soft">{levelCounts(findings) || (checked.platforms.length === 0 ? `not checked: ${UNHELD}` : 'no finding')}</span>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </>
    ),
  });
}

function Policies({ library: name }: { readonly library: string }) {
  const library = POLICY_LIBRARIES.find((known) => known === name);
  if (library === undefined) return null;
  return (
    <p>
      <a href={policyPath(library)}>When it closes, by version</a>:{' '}
      {policiesOf(library).data.versions.map((version) => (
        <span key={version}>
          <a href={policyPath(`${library}-${version}`)}>{version}</a>{' '}
        </span>
      ))}
    </p>
  );
}
