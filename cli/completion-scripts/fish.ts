import type { CompletedCommand, CompletedOption, Values } from './completed.ts';

export function fish(commands: readonly CompletedCommand[]): string {
  const [root, ...all] = commands as [CompletedCommand, ...CompletedCommand[]];
  const groups = all.filter(({ commands }) => commands.length > 0);
  return `# fish completion of sockatlas: sockatlas completions fish > ~/.config/fish/completions/sockatlas.fish
function __sockatlas_command
    set -l words (commandline -opc)
    set -l command run
    if set -q words[2]; and contains -- $words[2] ${root.commands.join(' ')}
        set command $words[2]
        set -q words[3]; and contains -- "$words[2] $words[3]" ${groups.flatMap(({ path, commands }) => commands.map((name) => quoted(`${path} ${name}`))).join(' ')}; and set command "$words[2] $words[3]"
    end
    echo $command
end

function __sockatlas_is
    test (__sockatlas_command) = "$argv"
end

# The word behind the command.
function __sockatlas_first
    set -l before (count (commandline -opc))
    set -l command (string split ' ' -- (__sockatlas_command))
    test $before -eq (math (count $command) + 1); or test $before -eq 1
end

function __sockatlas_ids
    set -l word (commandline -ct)
    if string match -qr '^(\\.{0,2}/|~|@)' -- "$word"
        __fish_complete_path "$word"
        return
    end
    set -l program (commandline -opc)[1]
    $program completions --ids="$word" 2>/dev/null
end

function __sockatlas_list
    set -l before (string match -r '.*,' -- (string replace -r '^--[^=]*=' '' -- (commandline -ct)))
    for word in $argv
        echo $before$word
    end
end

function __sockatlas_none
    test (count (commandline -opc)) -eq 1
end

${root.commands.map((name) => line('__sockatlas_none', `-a ${name}`, all.find(({ path }) => path === name)?.about)).join('\n')}
${root.options.map((option) => optionLine('__sockatlas_none', option)).join('\n')}
${all.flatMap((command) => linesOf(command, all)).join('\n')}
`;
}

function linesOf({ path, options, first, others, commands }: CompletedCommand, all: readonly CompletedCommand[]): string[] {
  const is = `__sockatlas_is ${path}`;
  const named = commands.map((name) => line(is, `-f -a ${name}`, all.find((one) => one.path === `${path} ${name}`)?.about));
  const values = [
    { when: `${is}; and __sockatlas_first`, values: first },
    { when: `${is}; and not __sockatlas_first`, values: others },
  ];
  const offers = commands.length > 0 ? [] : values.flatMap(({ when, values }) => (values.kind === 'files' ? [] : [line(when, `-f ${offered(values)}`)]));
  return [...named, ...options.map((option) => optionLine(is, option)), ...offers];
}

function optionLine(when: string, { flags, about, values }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(' ');
  const takes = values === undefined ? '' : values.kind === 'files' ? ' -r -F' : ` -x ${offered(values)}`;
  return line(when, `${names}${takes}`, about);
}

function line(when: string, what: string, about?: string): string {
  return `complete -c sockatlas -n ${quoted(when)} ${what}${about === undefined ? '' : ` -d ${quoted(about)}`}`;
}

function offered(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `-a ${quoted(values.words.join(' '))}`;
    case 'list':
      return `-a ${quoted(`(__sockatlas_list ${values.words.join(' ')})`)}`;
    case 'ids':
      return `-a ${quoted('(__sockatlas_ids)')}`;
    case 'files':
      return '-F';
  }
}

/** In single quotes fish knows two escapes. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
