#!/usr/bin/env bash
# Starts, stops or shows the runner's unit. Runs as root.
# Parameters: UNIT RUNNER_USER RUNNER_HOME
set -euo pipefail

case ${1:-} in
  start)
    systemctl reset-failed "$UNIT" 2>/dev/null || true
    systemctl enable --quiet --now "$UNIT"
    ;;
  stop)
    systemctl disable --now --quiet "$UNIT" 2>/dev/null || true
    ;;
  show)
    # A unit that is not enabled is gone after the next boot, so it counts as drift although it runs.
    state=$(systemctl is-active "$UNIT" || true)
    if [[ $state == active ]] && ! systemctl is-enabled --quiet "$UNIT" 2>/dev/null; then state=disabled; fi
    echo "$state"
    # The name of the folder that bin leads to. The program itself would begin a page of the log to say it.
    link=$(readlink "$RUNNER_HOME/bin" || true)
    if [[ $link == bin.* ]]; then echo "${link#bin.}"; fi
    ;;
  *)
    echo "usage: service.sh start|stop|show" >&2
    exit 2
    ;;
esac
