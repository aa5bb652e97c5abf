// `kn epicenter completion`: scripts for shells. kn completes its own commands only, so its completion is wrapped.
import { type Command, first } from './command.ts';
import { WrongUsage } from './failures.ts';

const BASH = `# bash completion for 'kn epicenter' and 'kn-epicenter'. In ~/.bashrc, behind kn's own:
#   source <(kn completion bash); source <(kn epicenter completion bash)
_kn_epicenter() {
  local IFS=$'\\n' own=1
  [[ \${COMP_WORDS[0]##*/} == kn-epicenter ]] || own=2
  COMPREPLY=($("\${COMP_WORDS[@]:0:own}" __complete "\${COMP_WORDS[@]:own:COMP_CWORD-own+1}" 2>/dev/null))
}
_kn_or_epicenter() {
  if [[ $COMP_CWORD -gt 1 && \${COMP_WORDS[1]} == epicenter ]]; then
    _kn_epicenter
  elif declare -F __start_kn >/dev/null; then
    __start_kn "$@"
  fi
}
complete -o default -F _kn_or_epicenter kn
complete -o default -F _kn_epicenter kn-epicenter
`;

const ZSH = `#compdef kn-epicenter
# zsh completion for 'kn epicenter' and 'kn-epicenter'. In ~/.zshrc, behind compinit and kn's own:
#   source <(kn completion zsh); source <(kn epicenter completion zsh)
_kn_epicenter() {
  local own=1
  [[ \${words[1]:t} == kn-epicenter ]] || own=2
  local -a found
  found=(\${(f)"$("\${(@)words[1,own]}" __complete "\${(@)words[own+1,CURRENT]}" 2>/dev/null)"})
  compadd -a found
}
_kn_or_epicenter() {
  if (( CURRENT > 2 )) && [[ \${words[2]} == epicenter ]]; then
    _kn_epicenter
  elif (( $+functions[_kn] )); then
    _kn
  fi
}
compdef _kn_or_epicenter kn
compdef _kn_epicenter kn-epicenter
`;

const SCRIPTS: ReadonlyMap<string, string> = new Map([
  ['bash', BASH],
  ['zsh', ZSH],
]);

export const completionCommand: Command = {
  words: ['completion'],
  summary: 'Print a completion script for bash or zsh',
  operands: { name: 'SHELL', least: 1, most: 1, choices: [...SCRIPTS.keys()] },
  options: {},
  examples: ['bash', 'zsh'],
  async run(given) {
    const script = SCRIPTS.get(first(given));
    if (script === undefined)
      throw new WrongUsage(`there is none for '${first(given)}': bash or zsh`, ['completion']);
    return { value: script, text: script, status: 0 };
  },
};
