#!/usr/bin/env bash
# Shows the decisions of the failover switch. Runs as root, changes nothing.
# Parameters: UNIT STATE DECISION_FILE HISTORY_FILE STATE_FILE CHANGES (how many of the newest)
# Output, one fact per line: `now<TAB>TIME`, `unit<TAB>STATE`, `decision<TAB>JSON`, `state<TAB>JSON`, `change<TAB>JSON`.
set -euo pipefail

printf 'now\t%s\n' "$(date --utc +%Y-%m-%dT%H:%M:%S.%3NZ)"
printf 'unit\t%s\n' "$(systemctl is-active "$UNIT" || true)"
[[ -d $STATE ]] || exit 0
# Read as the switch's user, who can put a link or a pipe in the place of a file.
read -r uid gid < <(stat --format '%u %g' "$STATE")
as_switch() { timeout 10 setpriv --reuid "$uid" --regid "$gid" --clear-groups -- "$@" </dev/null; }
if [[ -f $STATE/$DECISION_FILE ]]; then printf 'decision\t%s\n' "$(as_switch head --bytes=1M "$STATE/$DECISION_FILE")"; fi
if [[ -f $STATE/$STATE_FILE ]]; then printf 'state\t%s\n' "$(as_switch head --bytes=1M "$STATE/$STATE_FILE")"; fi
if [[ -f $STATE/$HISTORY_FILE ]]; then as_switch tail --lines="$CHANGES" "$STATE/$HISTORY_FILE" | head --bytes=1M | sed 's/^/change\t/'; fi
