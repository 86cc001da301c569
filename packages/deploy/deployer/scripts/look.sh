#!/usr/bin/env bash
# Runs the deployment agent once, for a look that changes nothing. Runs as root.
# Arguments: a command of the agent that only looks. Standard input: the agent in base64 on the first line, then the
# command's own input.
set -euo pipefail

command -v node >/dev/null || {
  echo "There is no node on this host. Expected Node 18 or newer. Next: apt-get install nodejs" >&2
  exit 1
}
folder=$(mktemp -d "${GHRUNNERS_ROOT:-}/run/ghrunners-look.XXXXXXXX")
trap 'rm -rf "$folder"' EXIT
IFS= read -r agent
base64 -d <<<"$agent" >"$folder/agent.cjs"
node "$folder/agent.cjs" "$@"
