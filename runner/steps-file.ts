import { StepsError } from '../language/parse-steps.ts';
import { readBounded } from '../platforms/bounded.ts';
import { brief } from '../platforms/brief.ts';
import { MAX_PATTERNS } from '../results/limits.ts';
import { type Described, scenarioFrom } from './scenario.ts';
import { UserModuleError } from './user-module.ts';
import { EVENT, MAX_ID, MAX_TEXT, NAME } from './user-scenarios.ts';

/**
 * Scenarios of the user's own as a file of steps (docs/steps.md): `event ID: about`, then its cases, `NAME: STEPS`, each with indented lines that say why. It is data: no
 * process is needed to read it, and agents are told the steps.
 */

/** A scenario, and the line that it is written in, for messages. */
interface Written extends Described {
  readonly place: string;
}

/** As long as lines that are allowed can make it. */
const MAX_BYTES = MAX_PATTERNS * 1000;

export function isStepsFile(name: string): boolean {
  return name.endsWith('.steps');
}

/** The scenarios of a file, in its order. @throws UserModuleError with FILE:LINE, and the column where something else was expected */
export function readStepsFile(file: string): readonly Written[] {
  const reader = new Reader(file);
  const text = readBounded(file, { maxBytes: MAX_BYTES, what: 'a file of steps', Refused: UserModuleError });
  text.split(/\r?\n/).forEach((line, i) => {
    reader.read(line, i + 1);
  });
  return reader.end();
}

/** @throws UserModuleError for a scenario whose id is one of `known`, or that of another */
export function refuseTaken(written: readonly Written[], known: readonly string[]): void {
  const ids = new Set(known);
  for (const { id, place } of written) {
    if (ids.has(id)) throw new UserModuleError(`${place}: a scenario ${id} already exists: choose another event or name`);
    ids.add(id);
  }
}

class Reader {
  readonly #file: string;
  readonly #scenarios: Written[] = [];
  #line = 0;
  #event: { readonly id: string; readonly about: string; readonly line: number } | undefined;
  /** How many cases there were before the event. */
  #before = 0;

  constructor(file: string) {
    this.#file = file;
  }

  read(line: string, number: number): void {
    this.#line = number;
    const text = line.trim();
    if (text === '' || text.startsWith('#')) return;
    if (/^\s/.test(line)) this.#why(text);
    else if (/^event(?![a-z0-9-])/.test(text)) this.#begin(text);
    else this.#case(line);
  }

  end(): readonly Written[] {
    this.#endEvent();
    if (this.#scenarios.length === 0)
      throw new UserModuleError(`${this.#file}: it has no event: begin with a line such as "event tcp/mine: what has happened"`);
    return this.#scenarios;
  }

  #begin(text: string): void {
    this.#endEvent();
    const [, id = '', about = ''] = /^event\s*([^\s:]*)\s*(?::\s*(.*))?$/.exec(text) ?? [];
    if (!EVENT.test(id))
      this.#refuse(`expected "event", transport/event in lower case and what it is about, such as "event tcp/mine: the peer is gone"; got ${quoted(text)}`);
    if (about.length > MAX_TEXT) this.#refuse(`what an event is about has at most ${MAX_TEXT} characters`);
    this.#event = { id, about, line: this.#line };
    this.#before = this.#scenarios.length;
  }

  #endEvent(): void {
    if (this.#event === undefined || this.#scenarios.length > this.#before) return;
    this.#line = this.#event.line;
    this.#refuse(`the event ${this.#event.id} has no case: a line "name: steps" below it`);
  }

  #case(line: string): void {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trimEnd();
    if (colon === -1) this.#refuse(`expected "name: steps"; got ${quoted(line)}`);
    if (!NAME.test(name)) this.#refuse(`${quoted(name)}: a name may have lower-case letters, digits and -`);
    if (this.#event === undefined) this.#refuse('a case belongs to an event: a line such as "event tcp/mine: what has happened" before it');
    const steps = line.slice(colon + 1);
    if (steps.length > MAX_TEXT) this.#refuse(`steps have at most ${MAX_TEXT} characters`);
    if (this.#scenarios.length === MAX_PATTERNS) this.#refuse(`more than ${MAX_PATTERNS} cases`);
    const { id: event, about } = this.#event;
    const id = `${event}/${name}`;
    if (id.length > MAX_ID) this.#refuse(`${quoted(id)}: an id has at most ${MAX_ID} characters`);
    const { run: _, ...scenario } = this.#scenarioOf(steps, colon + 1);
    this.#scenarios.push({ id, about, ...scenario, isAdHoc: true, place: `${this.#file}:${this.#line}` });
  }

  #scenarioOf(steps: string, offset: number): ReturnType<typeof scenarioFrom> {
    try {
      return scenarioFrom({ why: '', steps });
    } catch (error) {
      if (error instanceof StepsError) this.#refuse(`column ${offset + error.column}: ${error.problem}`);
      throw error;
    }
  }

  #why(text: string): void {
    const latest = this.#scenarios.at(-1);
    if (latest === undefined || this.#scenarios.length === this.#before) this.#refuse('an indented line says why a case is there, and there is none above it');
    const why = latest.why === '' ? text : `${latest.why} ${text}`;
    if (why.length > MAX_TEXT) this.#refuse(`why a case is there has at most ${MAX_TEXT} characters`);
    this.#scenarios[this.#scenarios.length - 1] = { ...latest, why };
  }

  #refuse(problem: string): never {
    throw new UserModuleError(`${this.#file}:${this.#line}: ${problem}`);
  }
}

function quoted(text: string): string {
  return JSON.stringify(brief(text, 100));
}
