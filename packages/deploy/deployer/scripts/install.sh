#!/usr/bin/env bash
# Installs the deployment agent of a target. Runs as root; can be repeated at any time.
# Standard input: a line for each file: mode, path, content in base64.
set -euo pipefail

# With an older Node the agent would fail with a SyntaxError at the next deployment.
version=$(node --version 2>/dev/null || true)
major=${version#v}
((${major%%.*} >= 18)) 2>/dev/null || {
  echo "node on this host is ${version:-missing}. Expected Node 18 or newer: Debian 12 and Ubuntu 24.04 have it as nodejs," \
    "older ones Node's own package (https://deb.nodesource.com). Next: install it, then deploy again" >&2
  exit 1
}
root=${GHRUNNERS_ROOT:-}
locks=$root/run/ghrunners
# Only this user can reach the locks, so no other user can replace them by a link or a pipe.
(umask 077 && mkdir -p "$locks")
if [[ -h $locks || ! -O $locks ]]; then
  echo "$locks is not a folder of this user. Expected one of its own. Next: rm $locks" >&2
  exit 1
fi
chmod 0700 "$locks"
(umask 077 && : >>"$locks/deploy-install")
# Two deployers may install at the same time.
exec 9>>"$locks/deploy-install"
flock --wait 60 9
fresh=()
missing=false
while read -r mode file content; do
  file=$root$file
  mkdir -p "${file%/*}"
  base64 -d <<<"$content" >"$file.new"
  chmod "$mode" "$file.new"
  [[ -e $file ]] || missing=true
  if cmp -s "$file.new" "$file"; then
    rm "$file.new"
  else
    fresh+=("$file")
  fi
done
if ((${#fresh[@]} == 0)); then
  echo unchanged
elif ! $missing && [[ -e $root/var/lib/ghrunners/deploy/open ]]; then
  # An open deployment must be ended by the agent that started it.
  rm -f "${fresh[@]/%/.new}"
  echo kept
else
  # Rename into place: a running agent keeps the file it was started from. On the disk before and after: a power cut must not
  # leave an empty agent, whose guard would roll back nothing.
  sync "${fresh[@]/%/.new}"
  for file in "${fresh[@]}"; do mv -f "$file.new" "$file"; done
  sync "${fresh[@]%/*}"
  systemctl daemon-reload
  systemctl enable --quiet --now --no-reload ghrunners-deploy-guard.path
  echo installed
fi
