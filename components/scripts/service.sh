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
    # A unit that is not enabled would not start at the next boot, so it counts as drift although it runs.
    state=$(systemctl is-active "$UNIT" || true)
    if [[ $state == active ]] && ! systemctl is-enabled --quiet "$UNIT" 2>/dev/null; then state=disabled; fi
    echo "$state"
    # The version is in the name of the folder that bin links to. Running the program itself would start a new log file.
    link=$(readlink "$RUNNER_HOME/bin" || true)
    if [[ $link == bin.* ]]; then echo "${link#bin.}"; fi
    ;;
  *)
    echo "usage: service.sh start|stop|show" >&2
    exit 2
    ;;
esac
