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
    for address in "$@"; do ip -n "$GHR_PREFIX" addr replace "$address" dev "$bridge"; done
    ip -n "$GHR_PREFIX" link set "$bridge" up
    ;;
  down)
    remove_namespace "$GHR_PREFIX"
    ;;
  *) die "usage: network.sh up BRIDGE ADDRESS/LENGTH... | network.sh down" ;;
esac
