#!/usr/bin/env bash
# Installs the deployment agent of a target. Runs as root; may be run again at any time.
# Standard input: a line for each file: mode, path, content in base64.
set -euo pipefail

command -v node >/dev/null || {
  echo "There is no node on this host. Expected Node 18 or newer. Next: apt-get install nodejs" >&2
  exit 1
}
# Two deployers may come at the same moment.
exec 9>/run/lock/ghrunners-deploy-install
flock --wait 60 9
changed=false
while read -r mode file content; do
  mkdir -p "${file%/*}"
  base64 -d <<<"$content" >"$file.new"
  chmod "$mode" "$file.new"
  if cmp -s "$file.new" "$file"; then
    rm "$file.new"
  else
    # A rename: an agent that runs keeps the file it was started from.
    mv -f "$file.new" "$file"
    changed=true
  fi
done
if $changed; then
  systemctl daemon-reload
  systemctl enable --quiet --now ghrunners-deploy-guard.path
  echo installed
else
  echo unchanged
fi
