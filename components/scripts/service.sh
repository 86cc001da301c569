#!/usr/bin/env bash
# Starts, restarts, stops or shows the runner's unit, or tells why GitHub may not show the runner online. Runs as root.
# Parameters: UNIT RUNNER_USER RUNNER_HOME
set -euo pipefail

jobs_at_work() {
  pgrep -cf '[R]unner.Worker' || true
}

case ${1:-} in
  start)
    # How many seconds it has been active; 0 if this starts it.
    began=0
    if systemctl is-active --quiet "$UNIT"; then began=$(systemctl show --property=ActiveEnterTimestampMonotonic --value "$UNIT"); fi
    systemctl reset-failed "$UNIT" 2>/dev/null || true
    systemctl enable --quiet --now "$UNIT"
    read -r now _ </proc/uptime
    if ((began > 0)); then echo $((${now%.*} - began / 1000000)); else echo 0; fi
    ;;
  restart)
    # GitHub gives no job to a runner that it does not show online, so none begins between these two lines.
    [[ $(jobs_at_work) == 0 ]] ||
      die "$UNIT was not restarted: a job is at work. Expected none. Next: when the job has ended, pulumi up --refresh"
    # The listener has 30 s to end. Source: actions/runner, RunnerService.js.
    timeout 60 systemctl restart "$UNIT" ||
      die "$UNIT did not start again within 60 s: it is $(systemctl is-active "$UNIT" || true). Expected that it ends when it" \
        "is asked to. Next: sudo systemctl kill --signal=KILL $UNIT on $(hostname), then pulumi up --refresh"
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
    # GitHub's own update makes that link absolute. Source: actions/runner, update.sh.template.
    link=$(readlink "$RUNNER_HOME/bin" || true)
    link=${link##*/}
    if [[ $link == bin.* ]]; then echo "${link#bin.}"; fi
    ;;
  look)
    systemctl is-active "$UNIT" || true
    jobs_at_work
    # The last of these words that the unit has said since it was started: whether GitHub still holds the session of a
    # listener that was killed.
    journalctl "_SYSTEMD_INVOCATION_ID=$(systemctl show --property=InvocationID --value "$UNIT")" --output cat --no-pager |
      grep -E -o 'Listening for Jobs|A session for this runner already exists' | tail -n 1 || true
    ;;
  *)
    echo "usage: service.sh start|restart|stop|show|look" >&2
    exit 2
    ;;
esac
