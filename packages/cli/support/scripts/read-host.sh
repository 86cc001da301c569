#!/usr/bin/env bash
# Shows what a bug report needs of a host. Runs as root, changes nothing.
# Parameters: UNITS (names or patterns, separated by blanks) LINES (of the journal, for each unit)
set -uo pipefail

part() { printf '\n== %s\n' "$1"; }

part system
uname -srm
grep -E '^(PRETTY_NAME|VERSION_ID)=' /etc/os-release
uptime
part disk
df -h -x tmpfs -x devtmpfs
df -i -x tmpfs -x devtmpfs
part memory
free -m
part clock
timedatectl show --property NTPSynchronized --property TimeUSec 2>&1
set -f
part failed
systemctl list-units --failed --no-legend --plain --no-pager
for unit in $UNITS; do
  part "$unit"
  systemctl list-units --all --no-legend --plain --no-pager "$unit"
  journalctl --unit "$unit" --lines "$LINES" --output short-iso --no-pager 2>&1
done
