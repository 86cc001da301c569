#!/usr/bin/env bash
# Proves that the VM's firewall works: a connection to a port that no rule opens must get no answer. Without a filter,
# the guest itself would refuse it at once. Proxmox VE applies new rules within ten seconds, so retry for some time.
# Parameters: HOST (address that has answered SSH), PORT (where nothing listens), LIMIT_SECONDS, MACHINE (only so that a
# new machine is tested again).
set -euo pipefail

: "$MACHINE"
deadline=$((SECONDS + LIMIT_SECONDS))
while ((SECONDS < deadline)); do
  status=0
  # Exit code 124 comes from timeout: neither an answer nor a refusal. For a refusal bash exits with 1.
  LC_ALL=C timeout 2 bash -c "exec 3<>/dev/tcp/$HOST/$PORT" 2>/dev/null || status=$?
  if ((status == 124)); then
    echo "nothing came back from port $PORT of $HOST"
    exit 0
  fi
  sleep 1
done
echo "$HOST answered a connection to port $PORT, which no rule of its firewall opens: the rules have no effect, and jobs" \
  "reach the whole network. Expected the firewall of Proxmox VE on at the datacenter's level too. Next: on the node" \
  "pvesh set /cluster/firewall/options --enable 1 (docs/reference/security.md shows how not to lock yourself out)," \
  "then pulumi up. To do without it: pulumi config set --path 'ghrunners:network.requireFirewall' false" >&2
exit 1
