#!/usr/bin/env bash
# Proves that the VM's firewall works: a connection to a port that no rule opens must not be answered. Where nothing
# filters, the guest itself refuses it at once. Proxmox VE takes up new rules within ten seconds, so it is tried for a time.
# Parameters: HOST (address that has answered SSH), PORT (where nothing listens), LIMIT_SECONDS, MACHINE (only so that
#             another machine is asked again).
set -euo pipefail

: "$MACHINE"
deadline=$((SECONDS + LIMIT_SECONDS))
while ((SECONDS < deadline)); do
  status=0
  # 124 is timeout's own: neither an answer nor a refusal came. bash says 1 for a refusal.
  LC_ALL=C timeout 2 bash -c "exec 3<>/dev/tcp/$HOST/$PORT" 2>/dev/null || status=$?
  if ((status == 124)); then
    echo "nothing came back from port $PORT of $HOST"
    exit 0
  fi
  sleep 1
done
echo "$HOST answered a connection to port $PORT, which no rule of its firewall lets in: the rules have no effect, and jobs" \
  "reach the whole network. Expected the firewall of Proxmox VE on at the datacenter's level too. Next: on the node" \
  "pvesh set /cluster/firewall/options --enable 1 (docs/reference/security.md says how not to lock yourself out)," \
  "then pulumi up. To do without: pulumi config set --path 'ghrunners:network.requireFirewall' false" >&2
exit 1
