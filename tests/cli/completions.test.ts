import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scenarios } from '../../suites/index.ts';
import { here } from '../fixtures/here.ts';
import { cliProgram } from '../fixtures/index.ts';

/** A folder with the command, for the scripts to ask, and with a file. */
const folder = mkdtempSync(join(tmpdir(), 'sockatlas completions '));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
beforeAll(() => {
  writeFileSync(join(folder, 'mine.steps'), '');
  writeFileSync(join(folder, 'sockatlas'), `#!/bin/sh\nexec '${process.execPath}' '${cliProgram}' "$@"\n`, { mode: 0o755 });
});

const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}`, HOME: folder };
const script = async (shell: string) => (await here(['completions', shell])).stdout;
const isThere = (shell: string) => process.platform !== 'win32' && spawnSync(shell, ['-c', 'true']).status === 0;

/** What these words have in common with what each shell must offer; the last is the one that is being typed. */
const CASES: readonly (readonly [words: string, offered: readonly string[], not: readonly string[]])[] = [
  ['sockatlas ', ['run', 'check', 'completions', 'tcp/', 'udp/'], ['help', 'tcp/reset/idle', '--trials']],
  ['sockatlas ch', ['check'], ['run']],
  ['sockatlas tcp/re', ['tcp/reset/'], ['tcp/fin/', 'run']],
  ['sockatlas run --tri', ['--trials'], ['--format']],
  ['sockatlas --tri', ['--trials'], []],
  ['sockatlas --ver', ['--version', '--verbose'], []],
  ['sockatlas run --format j', ['json', 'jsonl', 'junit'], ['pretty']],
  ['sockatlas check --format s', ['sarif'], ['jsonl']],
  ['sockatlas close --io ', ['select', 'poll', 'epoll'], ['run']],
  ['sockatlas predict --on windows,wi', ['windows,wine-8.0', 'windows,wine-10.0', 'windows,windows'], ['linux']],
  ['sockatlas run tcp/reset/', ['tcp/reset/idle', 'tcp/reset/pair'], ['tcp/reset/idle?family=inet6', 'tcp/fin/idle']],
  ['sockatlas show tcp/reset/unread-data-', ['tcp/reset/unread-data-small-reads'], ['tcp/reset/unread-data']],
  ['sockatlas run --trials 5 udp/', ['udp/datagram/'], []],
  ['sockatlas new ', ['table', 'policy', 'scenario'], ['run']],
  ['sockatlas new table --a', ['--api'], []],
  ['sockatlas new table --api w', ['winsock'], ['posix']],
  ['sockatlas emulate w', ['windows', 'wine-8.0'], ['none']],
  ['sockatlas emulate --fail-on h', ['held'], ['never']],
  ['sockatlas setup wine-', ['wine-8.0', 'wine-10.0'], []],
  ['sockatlas completions ', ['bash', 'zsh', 'fish'], []],
  ['sockatlas run ./mi', ['./mine.steps'], []],
  ['sockatlas report --format json mi', ['mine.steps'], []],
];

function holds(found: readonly string[], offered: readonly string[], not: readonly string[]): void {
  expect(
    offered.filter((word) => !found.includes(word)),
    `of ${found.join(' ')}`,
  ).toEqual([]);
  expect(not.filter((word) => found.includes(word))).toEqual([]);
}

const bash = isThere('bash');
describe.runIf(bash)(`bash${bash ? '' : ' [needs bash]'}`, () => {
  let source: string;
  beforeAll(async () => {
    source = join(folder, 'completion.bash');
    writeFileSync(source, await script('bash'));
  });

  /** What is offered by the function, and where that is nothing, files, as `-o default` says. */
  const complete = (words: readonly string[]) => {
    const ask = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sockatlas sockatlas
[ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")); printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', ask, 'bash', source, ...words], { cwd: folder, env, encoding: 'utf8' });
    expect(stderr).toBe('');
    return stdout.trimEnd().split('\n');
  };

  test.each(CASES)('%s', (words, offered, not) => holds(complete(words.split(' ')), offered, not));

  test('bash takes --format=j for three words', () => {
    holds(complete(['sockatlas', 'run', '--format', '=', 'j']), ['json', 'junit'], ['pretty']);
    holds(complete(['sockatlas', 'run', '--format', '=']), ['json', 'pretty'], []);
  });

  test('words that are typed run nothing', () => {
    for (const word of ['$(touch stolen)', '`touch stolen`', '"; touch stolen; "', '*']) complete(['sockatlas', 'run', word]);
    expect(complete(['sockatlas', 'run', 'stolen'])).toEqual(['']);
  });
});

const zsh = isThere('zsh');
describe.runIf(zsh)(`zsh${zsh ? '' : ' [needs zsh]'}`, () => {
  // A line is typed into a zsh of its own, at a terminal, and what its completion adds is written down by a compadd around its own.
  const complete = (line: string) => {
    const rc = `
unset HISTFILE; PS1=; autoload -Uz compinit; compinit -D -u
source ${JSON.stringify(join(folder, 'completion.zsh'))}
zstyle ':completion:*' completer _complete
compadd() {
  local -a found
  builtin compadd -O found "$@" 2>/dev/null
  local one; for one in $found; do print -r -- "$IPREFIX$one" >> "$OFFERED"; done
  builtin compadd "$@"
}
finish() { print -r -- done >> "$OFFERED"; exit }
complete-and-finish() { zle complete-word; finish }
zle -N complete-and-finish; bindkey '^I' complete-and-finish
`;
    writeFileSync(join(folder, '.zshrc'), rc);
    const offered = join(folder, 'offered');
    const drive = `zmodload zsh/zpty; : > "$OFFERED"; zpty inner zsh -d -i; zpty -w -n inner "$1"$'\\t'
while zpty -r inner out; do :; done; cat "$OFFERED"`;
    const { stdout } = spawnSync('zsh', ['-f', '-c', drive, 'zsh', line], {
      cwd: folder,
      env: { ...env, ZDOTDIR: folder, OFFERED: offered, TERM: 'dumb' },
      encoding: 'utf8',
      timeout: 60_000,
    });
    return stdout.trimEnd().split('\n');
  };

  beforeAll(async () => writeFileSync(join(folder, 'completion.zsh'), await script('zsh')));

  test.each(CASES.filter(([words]) => !words.includes('./')))('%s', (words, offered, not) => holds(complete(words), offered, not));
});

const fish = isThere('fish');
describe.runIf(fish)(`fish${fish ? '' : ' [needs fish]'}`, () => {
  const complete = (line: string) => {
    const ask = 'source $argv[1]; complete -C $argv[2]';
    const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', ask, '--', join(folder, 'completion.fish'), line], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    return stdout
      .trimEnd()
      .split('\n')
      .map((one) => one.split('\t')[0] ?? '');
  };

  beforeAll(async () => writeFileSync(join(folder, 'completion.fish'), await script('fish')));

  test.each(CASES)('%s', (words, offered, not) => holds(complete(words), offered, not));
});

test('ids: one level at a time, without parameters', async () => {
  const asked = async (word: string) => (await here(['completions', `--ids=${word}`])).stdout.trimEnd().split('\n');
  expect(await asked('')).toEqual([...new Set(scenarios.map(({ id }) => `${id.split('/')[0]}/`))]);
  expect(await asked('tcp/reset/idle-')).toEqual(['tcp/reset/idle-after-would-block', 'tcp/reset/idle-without-settle']);
  expect(await asked('tcp')).toEqual(['tcp/']);
  expect(await asked('nothing')).toEqual(['']);
});

test('without a shell, and with another one', async () => {
  expect(await here(['completions'])).toMatchObject({ code: 2, stderr: 'sockatlas: completions: name your shell: bash, zsh, fish\n' });
  expect(await here(['completions', 'tcsh'])).toMatchObject({ code: 2, stderr: 'sockatlas: completions "tcsh": choose one of bash, zsh, fish\n' });
});
