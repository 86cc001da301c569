#!/usr/bin/env bash
# Starts, stops or shows the runner's unit, or tells whether GitHub still holds the session of a listener that was killed.
# Runs as root.
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
  session)
    # The last of these words that the unit has said since it was started.
    journalctl "_SYSTEMD_INVOCATION_ID=$(systemctl show --property=InvocationID --value "$UNIT")" --output cat --no-pager |
      grep -E -o 'Listening for Jobs|A session for this runner already exists' | tail -n 1 || true
    ;;
  *)
    echo "usage: service.sh start|stop|show|session" >&2
    exit 2
    ;;
esac
