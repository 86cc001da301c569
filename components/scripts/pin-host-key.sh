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
best_key() {
  local kind
  for kind in ecdsa-sha2- ssh-ed25519; do
    grep -m 1 "^[^#]* $kind" <<<"$1" && return 0
  done
  return 1
}
: "$MACHINE"
deadline=$((SECONDS + LIMIT_SECONDS))
while ((SECONDS < deadline)); do
  keys=$(ssh-keyscan -T 2 -t ecdsa,ed25519 -- "$HOST" 2>/dev/null) || keys=""
  if line=$(best_key "$keys"); then
    echo "${line#* }"
    exit 0
  fi
  sleep 0.3
done
echo "$HOST did not show an ECDSA or Ed25519 host key by SSH within $LIMIT_SECONDS s. Expected a booted VM whose firewall" \
  "allows this machine (ghrunners:network.adminCidr). Next: check the VM's console in Proxmox VE, then pulumi up" >&2
exit 1
