#!/usr/bin/env bash
# Gives every Node program of this machine, and so the deployment agent, a wall clock that can be moved.
# usage: skew-clock.sh TEXT   content of skewed-clock.cjs
set -euo pipefail

printf %s "${1:?}" >/opt/ghrunners-scenarios/skewed-clock.cjs
cat >/usr/local/bin/node <<'NODE'
#!/bin/sh
exec /usr/bin/node --require /opt/ghrunners-scenarios/skewed-clock.cjs "$@"
NODE
chmod 0755 /usr/local/bin/node
