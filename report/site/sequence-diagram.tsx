import { fold } from '../../language/fold.ts';
import { type Described, isRecorded, type OtherStep, printStep, type Step } from '../../language/steps.ts';
import { brief } from '../../platforms/brief.ts';
import { count } from '../text.ts';

/** A sequence of steps between the subject and its peer, with what is on the wire between them. */
export interface DiagramOptions {
  readonly described: Described;
  /** The answers of the recorded calls; none where nothing was measured. */
  readonly tokens: readonly string[];
  /** Whose answers they are. */
  readonly of: string | undefined;
}

const [WIDTH, TOP, ROW] = [340, 46, 44];
const [S, WIRE, P] = [26, 170, 314];
/** Monospaced, at this size, so many characters fit between the lifelines. */
const FITTING = 38;
const MOST_STEPS = 60;

interface Row {
  readonly text: string;
  readonly actor: 'S' | 'P';
  /** What passes the wire; undefined for what happens at one end alone. */
  readonly segment: string | undefined;
  /** Whether it has arrived before the next step. */
  readonly arrives: boolean;
  readonly answer: string | undefined;
}

export function SequenceDiagram({ described, tokens, of }: DiagramOptions) {
  const all = rowsOf(described, tokens);
  const rows = all.slice(0, MOST_STEPS);
  const height = TOP + rows.length * ROW + 8;
  return (
    <figure class="sequence">
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-labelledby="sequence-title">
        <title id="sequence-title">The steps between the subject S, the wire and the peer P; the same as text follows</title>
        <defs>
          <marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
            <path class="head" d="M0 0 8 4 0 8z" />
          </marker>
        </defs>
        <text class="actor" x={2} y={16}>
          S, the subject
        </text>
        <text class="actor middle" x={WIRE} y={16}>
          wire
        </text>
        <text class="actor end" x={WIDTH - 2} y={16}>
          P, the peer
        </text>
        <path class="lifeline" d={`M${S} 24V${height} M${P} 24V${height}`} />
        <path class="lifeline wire" d={`M${WIRE} 24V${height}`} />
        {rows.map((row, i) => (
          <DiagramRow key={i} row={row} y={TOP + i * ROW} />
        ))}
      </svg>
      <figcaption>
        {of === undefined ? 'No run of this atlas has answers.' : `After =: what ${of} answered.`}{' '}
        {all.length > rows.length && `${count(all.length - rows.length, 'more step')} follow.`}
      </figcaption>
      <details>
        <summary>The same as text</summary>
        <ol>
          {rows.map((row, i) => (
            <li key={i}>{sentence(row)}</li>
          ))}
        </ol>
      </details>
    </figure>
  );
}

function DiagramRow({ row: { text, actor, segment, arrives, answer }, y }: { readonly row: Row; readonly y: number }) {
  const isS = actor === 'S';
  const [from, far] = isS ? [S, P] : [P, S];
  const to = arrives ? far : WIRE;
  const words = brief(text, FITTING - (segment?.length ?? 0));
  const side = isS ? { class: 'step', x: S + 9 } : { class: 'step end', x: P - 9 };
  return (
    <g>
      {segment === undefined ? (
        <circle class="at" cx={from} cy={y + 4} r={4} />
      ) : (
        <path class={arrives ? 'arrow' : 'arrow late'} d={`M${from} ${y + 8}H${to}`} marker-end="url(#head)" />
      )}
      <text {...side} y={segment === undefined ? y + 8 : y + 2}>
        {words}
      </text>
      {segment !== undefined && (
        <text class={isS ? 'segment end' : 'segment'} x={isS ? P - 9 : S + 9} y={y + 2}>
          {segment}
        </text>
      )}
      {answer !== undefined && (
        <text class={isS ? 'answer' : 'answer end'} x={isS ? S + 9 : P - 9} y={y + 23}>
          = {brief(answer, FITTING)}
        </text>
      )}
    </g>
  );
}

function sentence({ text, segment, arrives, answer }: Row): string {
  const passes = segment === undefined ? '' : `: ${segment} ${arrives ? 'arrives at the other end' : 'is on the way'}`;
  return `${text}${passes}${answer === undefined ? '' : `: ${answer}`}`;
}

function rowsOf({ transport, steps }: Described, tokens: readonly string[]): Row[] {
  let at = 0;
  const wire = new Wire(transport.startsWith('tcp'));
  return steps.map((step) => {
    const own = isRecorded(step) ? tokens.slice(at, at + step.count) : [];
    if (isRecorded(step)) at += step.count;
    return {
      text: printStep(step),
      actor: step.actor,
      segment: wire.segment(step),
      arrives: step.settles,
      answer: own.length === 0 ? undefined : answersText(own),
    };
  });
}

/** `ECONNRESET, eof ×4`: these calls are a part of the trace, so that nothing is said of every time. */
function answersText(tokens: readonly string[]): string {
  return fold(tokens)
    .map(({ text, times }) => `${text}${times > 1 ? ` ×${times}` : ''}`)
    .join(', ');
}

/** What a step puts on the wire, as far as the step itself says: what an answer to it would be is each system's own affair. */
class Wire {
  readonly #isTcp: boolean;
  /** Whether P has not received all that S sent: its close is a reset then (RFC 2525, 2.17). */
  #isUnread = false;

  constructor(isTcp: boolean) {
    this.#isTcp = isTcp;
  }

  segment(step: Step | OtherStep): string | undefined {
    const { actor, verb } = step;
    const isP = actor === 'P';
    switch (verb) {
      case 'send':
        if (!isP) this.#isUnread = true;
        return count(step.length, 'byte');
      case 'fill':
        this.#isUnread = true;
        return 'bytes, until it is full';
      case 'recv':
        if (isP) this.#isUnread = false;
        return undefined;
      case 'shutdown':
        return step.direction === 'read' ? undefined : this.#tcp('FIN');
      case 'close':
        return this.#tcp(isP && this.#isUnread ? 'RST' : 'FIN');
      case 'kill':
        return this.#tcp(this.#isUnread ? 'RST' : 'FIN or RST');
      case 'reset':
        return this.#tcp('RST');
      case 'connect':
        return this.#tcp('SYN');
      default:
        return undefined;
    }
  }

  #tcp(segment: string): string | undefined {
    return this.#isTcp ? segment : undefined;
  }
}
