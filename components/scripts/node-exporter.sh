#!/usr/bin/env bash
# Switches Debian's node exporter on and proves that it answers, or switches it off. Runs as root.
# Parameters: PORT, MACHINE (only so that a new machine is installed again)
set -euo pipefail

: "$MACHINE"
package=prometheus-node-exporter

install_exporter() {
  systemctl enable --quiet --now "$package"
  local deadline=$((SECONDS + 90))
  until curl --fail --silent --max-time 2 --output /dev/null "http://127.0.0.1:$PORT/metrics"; do
    if ((SECONDS >= deadline)); then
      echo "Node exporter does not answer on port $PORT. Next: journalctl -u $package on the host" >&2
      exit 1
    fi
    sleep 0.2
  done
  dpkg-query --show --showformat 'node exporter ${Version}\n' "$package"
}

case ${1:-} in
  install) install_exporter ;;
  remove) systemctl disable --now --quiet "$package" 2>/dev/null || true ;;
  *)
    echo "usage: node-exporter.sh install|remove" >&2
    exit 2
    ;;
esac
