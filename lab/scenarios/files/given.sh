#!/usr/bin/env bash
# Makes the demo application's machine ready for the next scenario: no other release than the current one, no wider
# schema than it needs, nothing held, no wrong clock. What is made after this is the scenario's.
# usage: given.sh SCHEMA   number of the newest migration that stays
set -euo pipefail

schema=${1:?}
rm -rf /run/ghrunners-scenarios
mkdir -p /run/ghrunners-scenarios
current=$(readlink -f /opt/demo-app/current)
find /opt/demo-app/releases -mindepth 1 -maxdepth 1 ! -path "$current" -exec rm -rf {} +
if ((schema < 2)); then
  runuser -u postgres -- psql -XAtq -d demo -c 'set client_min_messages = warning' \
    -c 'alter table items drop column if exists price' -c 'delete from schema_version where version > 1'
fi
touch /opt/ghrunners-scenarios/begun
