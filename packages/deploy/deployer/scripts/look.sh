#!/usr/bin/env bash
# Runs the deployment agent once, for a command that changes nothing. Runs as root.
# Arguments: a read-only command of the agent. Standard input: the agent in base64 on the first line, then the
# command's own input.
set -euo pipefail

# With an older Node the agent would fail with a SyntaxError.
version=$(node --version 2>/dev/null || true)
major=${version#v}
((${major%%.*} >= 18)) 2>/dev/null || {
  echo "node on this host is ${version:-missing}. Expected Node 18 or newer: Debian 12 and Ubuntu 24.04 have it as nodejs," \
    "older ones Node's own package (https://deb.nodesource.com). Next: install it, then deploy again" >&2
  exit 1
}
folder=$(mktemp -d "${GHRUNNERS_ROOT:-}/run/ghrunners-look.XXXXXXXX")
trap 'rm -rf "$folder"' EXIT
IFS= read -r agent
base64 -d <<<"$agent" >"$folder/agent.cjs"
node "$folder/agent.cjs" "$@"
