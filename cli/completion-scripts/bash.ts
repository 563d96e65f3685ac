import type { CompletedCommand, Values } from './completed.ts';
import { quoted } from './quoted.ts';

/** For bash 3.2 and later, which macOS has. Where nothing is offered, `-o default` has readline offer files. */
export function bash(commands: readonly CompletedCommand[]): string {
  const [root, ...all] = commands as [CompletedCommand, ...CompletedCommand[]];
  const groups = all.filter(({ commands }) => commands.length > 0);
  return `# bash completion of sockatlas. In ~/.bashrc: source <(sockatlas completions bash)
_sockatlas_words() {
  local IFS=$'\\n'
  COMPREPLY+=($(compgen -W "\${1// /$'\\n'}" -- "$cur"))
}

# Several, separated by commas.
_sockatlas_list() {
  local IFS=$'\\n' last="\${cur##*,}"
  COMPREPLY+=($(compgen -P "\${cur%"$last"}" -W "\${1// /$'\\n'}" -- "$last"))
}

_sockatlas_ids() {
  case $cur in ./* | ../* | /* | '~'* | @*) return ;; esac
  local IFS=$'\\n'
  COMPREPLY+=($("$program" completions --ids="$cur" 2> /dev/null))
  # A folder goes on.
  case \${COMPREPLY[0]-} in */) compopt -o nospace 2> /dev/null ;; esac
}

_sockatlas() {
  local program=$1 cur=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command=run at=0
  COMPREPLY=()
  # bash takes --option=value for three words.
  if [ "$cur" = = ]; then
    cur=
  elif [ "$before" = = ] && [ "$COMP_CWORD" -gt 2 ]; then
    before=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if [ "$COMP_CWORD" -gt 1 ]; then
    case \${COMP_WORDS[1]} in
      ${root.commands.join(' | ')}) command=\${COMP_WORDS[1]} at=1 ;;
    esac
  fi
${groups
  .map(
    ({ path, commands }) => `  if [ "$command" = ${path} ] && [ "$COMP_CWORD" -gt 2 ]; then
    case \${COMP_WORDS[2]} in
      ${commands.join(' | ')}) command="${path} \${COMP_WORDS[2]}" at=2 ;;
    esac
  fi
`,
  )
  .join('')}
  case "$command $before" in
${all.flatMap(optionValues).join('\n')}
  esac

  case $cur in
    -*)
      case $command in
${all.map(({ path, options }) => `        ${quoted(path)}) _sockatlas_words ${quoted(options.flatMap(({ flags }) => flags).join(' '))} ;;`).join('\n')}
      esac
      [ "$COMP_CWORD" -gt 1 ] || _sockatlas_words ${quoted(root.options.flatMap(({ flags }) => flags).join(' '))}
      return
      ;;
  esac
  [ "$COMP_CWORD" -gt 1 ] || _sockatlas_words ${quoted(root.commands.join(' '))}
  case "$command $((COMP_CWORD - at))" in
${all.flatMap(argumentValues).join('\n')}
  esac
}

complete -o default -F _sockatlas sockatlas
`;
}

function optionValues({ path, options }: CompletedCommand): string[] {
  return options.flatMap(({ flags, values }) =>
    values === undefined ? [] : [`    ${flags.map((flag) => quoted(`${path} ${flag}`)).join(' | ')}) ${offered(values)} return ;;`],
  );
}

function argumentValues({ path, first, others, commands }: CompletedCommand): string[] {
  if (commands.length > 0) return [`    ${quoted(`${path} 1`)}) _sockatlas_words ${quoted(commands.join(' '))} ;;`];
  const lines = [
    { pattern: quoted(`${path} 1`), code: offered(first) },
    { pattern: `${quoted(`${path} `)}*`, code: offered(others) },
  ];
  return lines.flatMap(({ pattern, code }) => (code === '' ? [`    ${pattern}) ;;`] : [`    ${pattern}) ${code} ;;`]));
}

function offered(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `_sockatlas_words ${quoted(values.words.join(' '))};`;
    case 'list':
      return `_sockatlas_list ${quoted(values.words.join(' '))};`;
    case 'ids':
      return '_sockatlas_ids;';
    case 'files':
      return '';
  }
}
