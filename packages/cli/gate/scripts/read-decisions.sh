#!/usr/bin/env bash
# Shows the decisions of the failover switch. Runs as root, changes nothing.
# Parameters: UNIT STATE DECISION_FILE HISTORY_FILE STATE_FILE CHANGES (how many of the newest)
# Output, one fact per line: `now<TAB>TIME`, `unit<TAB>STATE`, `decision<TAB>JSON`, `state<TAB>JSON`, `change<TAB>JSON`.
set -euo pipefail

printf 'now\t%s\n' "$(date --utc +%Y-%m-%dT%H:%M:%S.%3NZ)"
printf 'unit\t%s\n' "$(systemctl is-active "$UNIT" || true)"
if [[ -f $STATE/$DECISION_FILE ]]; then printf 'decision\t%s\n' "$(<"$STATE/$DECISION_FILE")"; fi
if [[ -f $STATE/$STATE_FILE ]]; then printf 'state\t%s\n' "$(<"$STATE/$STATE_FILE")"; fi
if [[ -f $STATE/$HISTORY_FILE ]]; then tail --lines="$CHANGES" "$STATE/$HISTORY_FILE" | sed 's/^/change\t/'; fi
