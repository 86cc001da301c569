/** Scripts that let a shell ask `ghrunners complete` for candidates. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** If there is no candidate, each shell offers files. */
export const scripts: Readonly<Record<Shell, string>> = {
  bash: `_ghrunners() {
  local IFS=$'\\n'
  COMPREPLY=($(ghrunners complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _ghrunners ghrunners
`,
  zsh: `_ghrunners() {
  local -a found
  found=("\${(@f)$(ghrunners complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then compadd -a found; else _files; fi
}
compdef _ghrunners ghrunners
`,
  fish: `complete -c ghrunners -a '(ghrunners complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
};
