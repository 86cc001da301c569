#!/usr/bin/env bash
# The lab's node network: one namespace with a bridge, loopback, and no way out.
#
# usage: network.sh up BRIDGE ADDRESS/LENGTH... | network.sh down
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=lib.sh
source "$here/lib.sh"

case ${1:?} in
  up)
    bridge=${2:?}
    shift 2
    # A run that was killed half-way left a namespace without its addresses: every step may be repeated.
    [[ -e /run/netns/$GHR_PREFIX ]] || ip netns add "$GHR_PREFIX"
    ip -n "$GHR_PREFIX" link set lo up
    ip -n "$GHR_PREFIX" link show "$bridge" >/dev/null 2>&1 || ip -n "$GHR_PREFIX" link add "$bridge" type bridge
    # Left alone, a bridge takes the lowest address of its ports: it would change with every machine that comes or goes, and
    # the others would talk to the old one until their neighbour entry ends (up to 45 s).
    ip -n "$GHR_PREFIX" link set "$bridge" address 02:00:00:00:00:01
    for address in "$@"; do ip -n "$GHR_PREFIX" addr replace "$address" dev "$bridge"; done
    ip -n "$GHR_PREFIX" link set "$bridge" up
    ;;
  down)
    remove_namespace "$GHR_PREFIX"
    ;;
  *) die "usage: network.sh up BRIDGE ADDRESS/LENGTH... | network.sh down" ;;
esac
