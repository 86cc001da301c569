#!/usr/bin/env bash
# Shows which files of the stack are on the monitoring host, with their checksums. Runs as root, changes nothing.
# Parameters: OWNER (first part of the files' names) FOLDERS (lines) ALERTMANAGER_FILE (empty if the stack does not
# manage it)
# Output: `SHA256  PATH` and a NUL for each file: a foreign file's name may contain any other character.
set -euo pipefail

{
  while IFS= read -r folder; do
    # The same name pattern by which the installation recognises the stack's files.
    if [[ -d $folder ]]; then find "$folder" -mindepth 1 -maxdepth 1 -type f -name "$OWNER.*" -print0; fi
  done <<<"$FOLDERS"
  if [[ -f $ALERTMANAGER_FILE ]]; then printf '%s\0' "$ALERTMANAGER_FILE"; fi
} | xargs --null --no-run-if-empty sha256sum --zero
