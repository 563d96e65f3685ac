import { type ComponentChildren, render } from 'preact';
import { evidencePhrase } from '../../../language/evidence.ts';
import { fold } from '../../../language/fold.ts';
import { parseSteps, StepsError } from '../../../language/parse-steps.ts';
import { type PredictedTrace, type Prediction, predict } from '../../../language/predict.ts';
import { withoutSpelling } from '../../../language/same-trace.ts';
import { isRecorded, printStep, printSteps, type Sequence, stepByStep } from '../../../language/steps.ts';
import { MODEL_NAMES, modelOf } from '../../../platforms/models.ts';
import { weakestElsewhere } from '../../predict/weakest.ts';
import { traceWords } from '../../trace-words.ts';
import { sourceUrl, TRY } from '../paths.ts';
import { element, handedCodes } from './handed.ts';
import { onHash, writeHash } from './state.ts';
import { TraceLinks } from './trace-links.tsx';

/** Steps as they are typed, and what the models answer. */

const codes = handedCodes();
const [field, status, answers] = [element('field'), element('status'), element('answers')];

const EXAMPLES: readonly (readonly [text: string, steps: string])[] = [
  ['data, then a reset', 'P send 10; P reset; S recv ×3'],
  ['SO_ERROR before recv', 'P reset; S so_error; S recv ×2'],
  ['poll at the end', 'P send 10; P close; S poll; S recv ×2; S poll'],
  ['send after a close', 'P close; S send 8 ×3; S recv'],
  ['connect refused', '(S socket); S connect refused; S so_error'],
  ['UDP, nobody listens', 'udp: P close; S send 8; S recv ×2'],
];
const FIRST = (EXAMPLES[0] as readonly [string, string])[1];
/** More than a sequence may have: what is longer says so itself. */
const MOST_CHARACTERS = 20_001;

/** An empty field is not the one that the page opens with. */
const EMPTY = ' ';

let text = FIRST;
let isTyping = false;

function read(hash: URLSearchParams): void {
  const steps = (hash.get('steps') ?? FIRST).slice(0, MOST_CHARACTERS);
  text = steps === EMPTY ? '' : steps;
  draw();
}

function type(steps: string, typing: boolean): void {
  text = steps;
  writeHash({ steps: steps === '' ? EMPTY : steps }, { typing });
  draw();
}

function draw(): void {
  const read = parsed(text);
  render(<Field problem={read instanceof StepsError ? read : undefined} />, field);
  if (read instanceof StepsError) {
    status.textContent = text.trim() === '' ? '' : `Not steps yet: ${read.message}`;
    render(null, answers);
    return;
  }
  status.textContent = 'Predicted for every platform';
  render(<Answers sequence={read} />, answers);
}

function parsed(steps: string): Sequence | StepsError {
  try {
    return parseSteps(steps);
  } catch (error) {
    if (error instanceof StepsError) return error;
    throw error;
  }
}

function Field({ problem }: { problem: StepsError | undefined }) {
  return (
    <>
      <label class="steps">
        Steps
        <textarea
          id="steps"
          rows={Math.min(12, Math.max(2, text.split('\n').length))}
          spellcheck={false}
          autocapitalize="off"
          value={text}
          aria-invalid={problem !== undefined}
          aria-describedby={problem === undefined ? undefined : 'problem'}
          onInput={({ currentTarget }) => {
            type(currentTarget.value, isTyping);
            isTyping = true;
          }}
          onBlur={() => {
            isTyping = false;
          }}
        />
      </label>
      {problem !== undefined && <Problem problem={problem} />}
      <p class="examples">
        Examples:{' '}
        {EXAMPLES.map(([name, steps]) => (
          <button key={steps} type="button" title={steps} onClick={() => type(steps, false)}>
            {name}
          </button>
        ))}
      </p>
    </>
  );
}

/** So much of a long line is shown on either side of what is wrong. */
const AROUND = 40;

function Problem({ problem: { line, column, problem } }: { problem: StepsError }) {
  const wrong = text.split('\n')[line - 1] ?? '';
  const from = Math.max(0, column - 1 - AROUND);
  return (
    <div id="problem" class="problem">
      <pre aria-hidden="true">{`${wrong.slice(from, column - 1 + AROUND)}\n${' '.repeat(column - 1 - from)}^`}</pre>
      <p>
        {`line ${line}, column ${column}: `}
        <span class="why">{problem}</span>
      </p>
    </div>
  );
}

interface Answer {
  readonly platform: string;
  readonly prediction: Prediction;
}

function Answers({ sequence }: { sequence: Sequence }) {
  const all = MODEL_NAMES.flatMap((platform): Answer[] => {
    const model = modelOf(platform);
    return model === undefined ? [] : [{ platform, prediction: predict(model, sequence) }];
  });
  // As every shell takes it: no steps have a quote in them.
  const quoted = `"${printSteps(sequence).replaceAll('×', 'x')}"`;
  return (
    <>
      <Comparison sequence={sequence} all={all} />
      <div class="platforms">
        {all.map((answer) => (
          <Platform key={answer.platform} sequence={sequence} {...answer} />
        ))}
      </div>
      <h2>On your system</h2>
      <pre>
        {`sockatlas try ${quoted}\n`}
        {`sockatlas predict --on windows --why ${quoted}`}
      </pre>
    </>
  );
}

/** Each call, and what every platform answers to it. */
function Comparison({ sequence, all }: { sequence: Sequence; all: readonly Answer[] }) {
  const calls = stepByStep(sequence).flatMap((step, i) => (isRecorded(step) ? [{ step: i, words: printStep(step) }] : []));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard has to reach it.
    <section class="scroll comparison" aria-label="What each call returns" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">call</th>
            {all.map(({ platform }) => (
              <th key={platform} scope="col">
                {platform}
                <small>predicted</small>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {calls.map(({ step, words }) => {
            const tokens = all.map(({ prediction }) => tokensAt(prediction, step));
            return (
              <tr key={step}>
                <th scope="row">{words}</th>
                {tokens.map((own, i) => {
                  const differs = own.length > 0 && tokens[0]?.length !== 0 && spelling(own) !== spelling(tokens[0] ?? []);
                  return (
                    <td key={all[i]?.platform} class={differs ? 'differs trace' : 'trace'}>
                      {differs && '≠ '}
                      {own.join(' or ') || '–'}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function tokensAt({ traces }: Prediction, step: number): readonly string[] {
  return [...new Set(traces.flatMap(({ calls }) => calls.filter((call) => call.step === step).map(({ token }) => token)))];
}

function spelling(tokens: readonly string[]): string {
  return tokens.map(withoutSpelling).sort().join();
}

function Platform({ sequence, platform, prediction: { traces, uncovered, isCut } }: Answer & { sequence: Sequence }) {
  return (
    <section class="platform is-predicted" data-platform={platform} aria-labelledby={`on-${platform}`}>
      <h2 id={`on-${platform}`}>{platform}</h2>
      {traces.map((one, i) => (
        <div key={one.trace.join()} class="way">
          {one.trace.length > 0 && (
            <>
              <p class="trace">
                {i > 0 && <b>or </b>}
                <span class="words">
                  <TraceLinks words={traceWords(one.trace)} from={TRY} codes={codes} />
                </span>
              </p>
              <p class="known">
                predicted; weakest evidence: <span class="evidence">{evidencePhrase(one.evidence)}</span>
              </p>
              <Why sequence={sequence} one={one} />
            </>
          )}
        </div>
      ))}
      {uncovered !== undefined && <p class="uncovered">{`not covered, from ${JSON.stringify(uncovered.text)} on: ${uncovered.why}`}</p>}
      {isCut && <p class="cut">there are more ways than were followed</p>}
    </section>
  );
}

/** The rule behind each call, and its sources; what follows from the same rule, once. */
function Why({ sequence, one }: { sequence: Sequence; one: PredictedTrace }) {
  const steps = stepByStep(sequence);
  const lines = one.calls.map(({ step, token, rule }) => ({ words: printStep(steps[step] as (typeof steps)[number]), token, rule }));
  const spelt = lines.map(({ words, token, rule }) => `${words}: ${token}\n${rule.name}`);
  let next = 0;
  const weakest = weakestElsewhere(one);
  return (
    <details>
      <summary>Why: the rule and the source of each call</summary>
      <ol class="calls">
        {fold(spelt).map(({ times }) => {
          const at = next;
          next += times;
          const { words, token, rule } = lines[at] as (typeof lines)[number];
          return (
            <li key={at}>
              <span class="call">{`${words}: ${token}${times > 1 ? ` ×${times}` : ''}`}</span>
              <Rule name={rule.name} evidence={evidencePhrase(rule.evidence)} sources={rule.source} />
            </li>
          );
        })}
      </ol>
      {weakest !== undefined && (
        <div class="by-way">
          {`by way of (${weakest.end})`}
          <Rule name={weakest.rule.name} evidence={evidencePhrase(weakest.rule.evidence)} sources={weakest.rule.source} />
        </div>
      )}
    </details>
  );
}

function Rule({ name, evidence, sources }: { name: string; evidence: string; sources: readonly string[] }) {
  return (
    <>
      <span class="rule">{`${name} (${evidence})`}</span>
      {sources.map((source) => (
        <span key={source} class="source">
          <Source text={source} />
        </span>
      ))}
    </>
  );
}

function Source({ text: source }: { text: string }): ComponentChildren {
  const url = sourceUrl(source);
  return url === undefined ? source : <a href={url}>{source}</a>;
}

onHash(read);
