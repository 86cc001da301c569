#!/usr/bin/env bash
# Shows what the runner's unit does now. Runs as root, changes nothing.
# Parameters: UNIT
# Output, one fact per line: `unit<TAB>STATE`, `worker<TAB>yes|no`, `line<TAB>LINE OF THE UNIT'S JOURNAL`, the newest last.
set -euo pipefail

printf 'unit\t%s\n' "$(systemctl is-active "$UNIT" || true)"
if pgrep --full '[R]unner[.]Worker' >/dev/null; then echo $'worker\tyes'; else echo $'worker\tno'; fi
journalctl --unit "$UNIT" --output cat --no-pager --lines 50 --quiet 2>/dev/null | sed 's/^/line\t/' || true
