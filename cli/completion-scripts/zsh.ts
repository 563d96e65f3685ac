import type { CompletedCommand, Values } from './completed.ts';
import { quoted } from './quoted.ts';

export function zsh(commands: readonly CompletedCommand[]): string {
  const [root, ...all] = commands as [CompletedCommand, ...CompletedCommand[]];
  const groups = all.filter(({ commands }) => commands.length > 0);
  const named = (path: string) => all.filter((one) => one.path === path || (path === '' && !one.path.includes(' ')) || one.path.startsWith(`${path} `));
  const described = (names: readonly string[], within: string) =>
    names
      .map((name) => {
        const about = named(within).find(({ path }) => path === `${within} ${name}`.trim())?.about ?? '';
        return quoted(`${name}:${about}`);
      })
      .join(' ');
  return `#compdef sockatlas
# zsh completion of sockatlas. In ~/.zshrc, below compinit: source <(sockatlas completions zsh)
# or as a file _sockatlas in a folder of $fpath.
_sockatlas_list() {
  compset -P '*,'
  compadd -q -S '' -- "$@"
}

_sockatlas_ids() {
  case $PREFIX in (./*|../*|/*|'~'*|@*) _files; return ;; esac
  local -a found folders ids
  found=(\${(f)"$("$program" completions --ids="$PREFIX" 2>/dev/null)"})
  folders=(\${(M)found:#*/}) ids=(\${found:#*/})
  (( $#folders )) && compadd -S '' -- $folders
  (( $#ids )) && compadd -- $ids
}

_sockatlas() {
  local program=$words[1] command=run before at=1
  local -a offered
  before=$words[CURRENT-1]
  if [[ $PREFIX == --*=* ]]; then
    before=\${PREFIX%%=*}
    compset -P '*='
  fi
  if (( CURRENT > 2 )); then
    case $words[2] in
      (${root.commands.join('|')}) command=$words[2] at=2 ;;
    esac
  fi
${groups
  .map(
    ({ path, commands }) => `  if [[ $command == ${path} ]] && (( CURRENT > 3 )); then
    case $words[3] in
      (${commands.join('|')}) command="${path} $words[3]" at=3 ;;
    esac
  fi
`,
  )
  .join('')}
  case "$command $before" in
${all.flatMap(optionValues).join('\n')}
  esac

  if [[ $PREFIX == -* ]]; then
    case $command in
${all.map(({ path, options }) => `      (${quoted(path)}) offered=(${options.flatMap(({ flags, about }) => flags.map((flag) => quoted(`${flag}:${about}`))).join(' ')}) ;;`).join('\n')}
    esac
    (( CURRENT > 2 )) || offered+=(${root.options.flatMap(({ flags, about }) => flags.map((flag) => quoted(`${flag}:${about}`))).join(' ')})
    _describe -o option offered
    return
  fi
  if (( CURRENT == 2 )); then
    offered=(${described(root.commands, '')})
    _describe command offered
  fi
  case "$command $((CURRENT - at))" in
${all
  .flatMap(({ path, first, others, commands }) =>
    commands.length > 0
      ? [`    (${quoted(`${path} 1`)}) offered=(${described(commands, path)}); _describe command offered ;;`]
      : [`    (${quoted(`${path} 1`)}) ${offered(first)} ;;`, `    (${quoted(`${path} `)}*) ${offered(others)} ;;`],
  )
  .join('\n')}
  esac
}

# As a file of $fpath it is called at once, sourced it is registered.
if [[ $funcstack[1] == _sockatlas ]]; then
  _sockatlas "$@"
else
  compdef _sockatlas sockatlas
fi
`;
}

function optionValues({ path, options }: CompletedCommand): string[] {
  return options.flatMap(({ flags, values }) =>
    values === undefined ? [] : [`    (${flags.map((flag) => quoted(`${path} ${flag}`)).join('|')}) ${offered(values)}; return ;;`],
  );
}

function offered(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `compadd -- ${values.words.map(quoted).join(' ')}`;
    case 'list':
      return `_sockatlas_list ${values.words.map(quoted).join(' ')}`;
    case 'ids':
      return '_sockatlas_ids';
    case 'files':
      return '_files';
  }
}
