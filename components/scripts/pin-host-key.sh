#!/usr/bin/env bash
# Waits until the host answers SSH, and prints the host key that clients will request.
# Parameters: HOST (address), LIMIT_SECONDS, MACHINE (only so that a new machine is read again).
set -euo pipefail

if ! command -v ssh-keyscan >/dev/null; then
  echo "ssh-keyscan is not installed here. Expected OpenSSH's client. Next: apt-get install openssh-client" >&2
  exit 1
fi
# A server has several keys and presents the one that the client asks for. @pulumi/command asks for the pinned kind, by the
# key's own name: for an RSA key that is the signature with SHA-1, which OpenSSH 8.8 and newer refuses.
key_of() { grep -m 1 "^[^#]* $1" <<<"$keys"; }
: "$MACHINE"
deadline=$((SECONDS + LIMIT_SECONDS))
# Each kind is asked for on a connection of its own, which a busy or booting machine may not answer in time, and cloud-init
# makes the keys one after the other: an Ed25519 key alone is taken once it was alone for ten seconds, or at the limit.
alone=""
alone_until=$deadline
while ((SECONDS < deadline)); do
  keys=$(ssh-keyscan -T 2 -t ecdsa,ed25519 -- "$HOST" 2>/dev/null) || keys=""
  if line=$(key_of ecdsa-sha2-); then
    echo "${line#* }"
    exit 0
  elif line=$(key_of ssh-ed25519); then
    [[ -n $alone ]] || alone_until=$((SECONDS + 10))
    alone=$line
  fi
  if [[ -n $alone ]] && ((SECONDS >= alone_until)); then break; fi
  sleep 0.3
done
if [[ -n $alone ]]; then
  echo "${alone#* }"
  exit 0
fi
echo "$HOST did not show an ECDSA or Ed25519 host key by SSH within $LIMIT_SECONDS s. Expected a booted VM whose firewall" \
  "allows this machine (ghrunners:network.adminCidr). Next: check the VM's console in Proxmox VE, then pulumi up" >&2
exit 1
