#!/usr/bin/env bash
# The lab's networks, each a namespace without a way out: the node's, with a bridge, and that of GitHub's hosted machine,
# from which only GitHub can be reached.
#
# usage: network.sh up BRIDGE ADDRESS/LENGTH...
#        network.sh hosted GATEWAY ADDRESS LENGTH GITHUB PORT
#        network.sh down
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
  hosted)
    gateway=${2:?} address=${3:?} length=${4:?} github=${5:?} port=${6:?}
    hosted=$(hosted_namespace)
    [[ -e /run/netns/$hosted ]] || ip netns add "$hosted"
    ip -n "$hosted" link set lo up
    # All else is dropped without an answer, as on the way from GitHub's machines to an address that is not public.
    ip netns exec "$GHR_PREFIX" nft -f - <<NFT
table inet hosted
delete table inet hosted
table inet hosted {
  chain input {
    type filter hook input priority filter
    iifname "hosted" ip daddr $github tcp dport $port accept
    iifname "hosted" drop
  }
  chain forward {
    type filter hook forward priority filter
    iifname "hosted" drop
  }
}
NFT
    ip -n "$GHR_PREFIX" link show hosted >/dev/null 2>&1 ||
      ip -n "$GHR_PREFIX" link add hosted type veth peer name eth0 netns "$hosted"
    ip -n "$GHR_PREFIX" addr replace "$gateway/$length" dev hosted
    ip -n "$GHR_PREFIX" link set hosted up
    ip -n "$hosted" addr replace "$address/$length" dev eth0
    ip -n "$hosted" link set eth0 up
    ip -n "$hosted" route replace default via "$gateway"
    ;;
  down)
    remove_namespace "$(hosted_namespace)"
    remove_namespace "$GHR_PREFIX"
    ;;
  *) die "usage: network.sh up BRIDGE ADDRESS/LENGTH... | hosted GATEWAY ADDRESS LENGTH GITHUB PORT | down" ;;
esac
