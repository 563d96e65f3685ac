import type { Argument, Command, Option } from 'commander';
import { bash } from './completion-scripts/bash.ts';
import type { CompletedCommand, CompletedOption, Values } from './completion-scripts/completed.ts';
import { fish } from './completion-scripts/fish.ts';
import type { Shell } from './completion-scripts/shells.ts';
import { zsh } from './completion-scripts/zsh.ts';
import { EXIT } from './errors.ts';
import { offersOf, print } from './output.ts';

const SCRIPTS: Readonly<Record<Shell, (commands: readonly CompletedCommand[]) => string>> = { bash, zsh, fish };

/** `sockatlas completions`: the script that a shell reads. All that it offers but ids comes from the program itself. */
export async function completions(shell: Shell, program: Command): Promise<number> {
  await print(SCRIPTS[shell](completed(program)));
  return EXIT.conforms;
}

/**
 * What a script asks while somebody types: the folders and ids that go on from `word`, one level at a time. Ids come without their parameters, which stand for all their variants: shells
 * break words at `=` and match files by `?`.
 */
export async function completedIds(word: string): Promise<number> {
  const { scenarios } = await import('../suites/index.ts');
  const found = scenarios.map(({ id }) => id.replace(/\?.*$/, '')).filter((id) => id.startsWith(word));
  const next = (id: string) => {
    const slash = id.indexOf('/', word.length);
    return slash === -1 ? id : id.slice(0, slash + 1);
  };
  await print([...new Set(found.map(next))].map((line) => `${line}\n`).join(''));
  return EXIT.conforms;
}

/** Every command of the program, itself first. */
function completed(program: Command): CompletedCommand[] {
  return commandsOf(program, []);
}

function commandsOf(command: Command, path: readonly string[]): CompletedCommand[] {
  const help = command.createHelp();
  const subs = help.visibleCommands(command).filter((sub) => sub.name() !== 'help');
  const [first, ...others] = command.registeredArguments;
  const last = others.at(-1) ?? first;
  const one: CompletedCommand = {
    path: path.join(' '),
    about: oneSentence(command.description()),
    options: help.visibleOptions(command).map(optionOf),
    first: first === undefined ? { kind: 'files' } : valuesOf(first),
    others: last === undefined ? { kind: 'files' } : valuesOf(last),
    commands: subs.map((sub) => sub.name()),
  };
  return [one, ...subs.flatMap((sub) => commandsOf(sub, [...path, sub.name()]))];
}

function optionOf(option: Option): CompletedOption {
  const { short, long, description } = option;
  const flags = [short, long].filter((flag) => flag !== undefined);
  return { flags, about: description, ...((option.required || option.optional) && { values: valuesOf(option, /[<[]([\w-]+)/.exec(option.flags)?.[1]) }) };
}

/** Of the words that its parser knows, or what its name says: `<pattern...>` are ids. */
function valuesOf(one: Argument | Option, name = one.name()): Values {
  const offers = offersOf(one.parseArg);
  if (offers !== undefined) return { kind: offers.isList ? 'list' : 'words', words: offers.choices };
  return { kind: ['pattern', 'id'].includes(name) ? 'ids' : 'files' };
}

function oneSentence(text: string): string {
  return text.replace(/(?<=[.?!]) .*$/s, '');
}
