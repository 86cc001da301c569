#!/usr/bin/env bash
# Shows which files of the stack are on the monitoring host, and what is in them. Runs as root, changes nothing.
# Parameters: OWNER (first part of the files' names) FOLDERS (lines) ALERTMANAGER_FILE (empty where it is its owner's)
# Output: `SHA256  PATH` and a NUL for each file, because a stranger's name may have any other character in it.
set -euo pipefail

{
  while IFS= read -r folder; do
    # The same files as the installation takes for ours.
    if [[ -d $folder ]]; then find "$folder" -mindepth 1 -maxdepth 1 -type f -name "$OWNER.*" -print0; fi
  done <<<"$FOLDERS"
  if [[ -f $ALERTMANAGER_FILE ]]; then printf '%s\0' "$ALERTMANAGER_FILE"; fi
} | xargs --null --no-run-if-empty sha256sum --zero
