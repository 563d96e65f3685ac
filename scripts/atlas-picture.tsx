import { render } from 'preact-render-to-string';
import { NEWEST } from '../platforms/expectation.ts';
import { behaviourWords, expectedSide, runSide, type Side } from '../report/side.ts';
import { wrap } from '../report/text.ts';
import { type Behaviour, sameBehaviour } from '../results/behaviour.ts';
import { shippedRuns } from '../results/recorded.ts';
import type { Run } from '../results/schema.ts';

/** docs/atlas.svg: the picture in the README, a few rows of the atlas. Written by `npm run docs`; in both themes. */

const ROWS: readonly (readonly [id: string, question: string])[] = [
  ['tcp/reset/idle', 'The peer resets; recv ×5'],
  ['tcp/reset/unread-data', 'It sends 10 bytes, then resets'],
  ['tcp/reset/send', 'It resets; send, then recv'],
  ['tcp/reset/so-error', 'SO_ERROR, then recv'],
  ['tcp/reset/peer-killed', 'Its process is killed'],
  ['tcp/fin/send-then-recv', 'It closes; send, then recv'],
  ['udp/unreachable/unconnected', 'UDP to a closed port'],
];

const LETTER = 7.3;
const LINE = 18;
const MARGIN = 10;
const FIRST = 250;
const COLUMN = 265;
const LONGEST = Math.floor((COLUMN - 2 * MARGIN) / LETTER);

const STYLE = `
  text { font: 12px ui-monospace, Menlo, monospace; fill: #14202b; }
  .head { font-weight: 700; } .soft { fill: #4a5866; } .ground { fill: #ffffff; } .row { fill: #f4f6f9; } .differs { fill: #fff0d6; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .soft { fill: #a9b6c2; } .ground { fill: #10161d; } .row { fill: #18212b; } .differs { fill: #4a3508; }
  }`;

export function atlasPicture(): string {
  const runs = shippedRuns().map(({ run }) => run);
  const measured = (is: (run: Run) => boolean) => runSide(runs.find(is) as Run);
  const linux = measured(({ header }) => header.platform.id === 'linux');
  const sides: readonly Side[] = [linux, expectedSide(NEWEST.windows, 'windows'), measured(({ header }) => header.platform.name === 'wine-10.0')];
  const rows = ROWS.map(([id, question]) => {
    const reference = linux.behaviour(id);
    const cells = sides.map((side) => cell(side.behaviour(id), reference));
    return { id, question, cells, height: Math.max(2, ...cells.map(({ lines }) => lines.length)) * LINE + 2 * MARGIN };
  });
  const tops = rows.map((_, i) => 2 * LINE + MARGIN + rows.slice(0, i).reduce((sum, { height }) => sum + height + 4, 0));
  const [width, height] = [FIRST + sides.length * COLUMN, (tops.at(-1) as number) + (rows.at(-1)?.height as number)];
  const x = (column: number) => FIRST + column * COLUMN;
  return `${render(
    <svg xmlns="http://www.w3.org/2000/svg" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img">
      <title>What socket calls return when the peer goes away: a few rows of the atlas</title>
      <style>{STYLE}</style>
      <rect class="ground" width={width} height={height} />
      {sides.map(({ heading }, i) => (
        <text key={heading} class="head" x={x(i) + MARGIN} y={LINE + 4}>
          {heading}
        </text>
      ))}
      {rows.map((row, r) => (
        <g key={row.id} transform={`translate(0 ${tops[r]})`}>
          <rect class="row" width={width} height={row.height} />
          <text class="head" x={MARGIN} y={MARGIN + 13}>
            {row.question}
          </text>
          <text class="soft" x={MARGIN} y={MARGIN + 13 + LINE}>
            {row.id}
          </text>
          {row.cells.map(({ lines, differs }, i) => (
            <g key={sides[i]?.name} transform={`translate(${x(i)} 0)`}>
              {differs && <rect class="differs" width={COLUMN - 4} height={row.height} />}
              {lines.map((line, n) => (
                <text key={line} x={MARGIN} y={MARGIN + 13 + n * LINE}>
                  {line}
                </text>
              ))}
            </g>
          ))}
        </g>
      ))}
    </svg>,
  )}\n`;
}

function cell(behaviour: Behaviour | undefined, reference: Behaviour | undefined): { readonly lines: readonly string[]; readonly differs: boolean } {
  const differs = behaviour !== undefined && reference !== undefined && sameBehaviour(behaviour, reference) === false;
  return { lines: wrap(`${differs ? '≠ ' : ''}${behaviourWords(behaviour)}`, LONGEST), differs };
}
