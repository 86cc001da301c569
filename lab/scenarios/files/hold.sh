#!/bin/sh
# A place of a plan at which a scenario can hold a deployment: says that it is reached, and waits while it is held.
# After a power cut nothing is held any more: /run is empty. A read-only command, without a deployment, is never held.
# usage: hold.sh PLACE
set -eu

places=/run/ghrunners-scenarios
[ -e "$places/hold-$1" ] && [ -e /var/lib/ghrunners/deploy/open ] || exit 0
touch "$places/at-$1"
while [ -e "$places/hold-$1" ]; do sleep 0.05; done
