#!/usr/bin/env bash
# Manages the keys of a deployment target that have a mark in their comment. Runs as root.
# Verbs: show; authorise (adds LINE if its key is missing); retire (removes marked keys other than KEEP).
# Parameters: ACCOUNT MARK, and LINE or KEEP (kind and base64 text).
# Output: the marked keys, one `KIND BASE64` per line.
set -euo pipefail

home=$(getent passwd "$ACCOUNT" | cut -d: -f6)
file=$home/.ssh/authorized_keys

replace() {
  chown --reference="$home" "$file.new"
  chmod 0600 "$file.new"
  sync "$file.new"
  mv "$file.new" "$file"
}

# In every line that this script wrote, the comment is the third field; other lines are left unchanged.
marked() { awk -v mark="$MARK" '$3 == mark { print $1 " " $2 }' "$file" 2>/dev/null || true; }

install -d -o "$ACCOUNT" -g "$(id -g "$ACCOUNT")" -m 0700 "$home/.ssh"
exec 9>"$home/.ssh/.ghrunners.lock"
flock 9

case ${1:-} in
  show) ;;
  authorise)
    if ! marked | grep -qxF "${LINE% *}"; then
      { if [[ -f $file ]]; then awk 1 "$file"; fi; printf '%s\n' "$LINE"; } >"$file.new"
      replace
    fi
    ;;
  retire)
    awk -v mark="$MARK" -v keep="$KEEP" '!($3 == mark && ($1 " " $2) != keep)' "$file" >"$file.new"
    replace
    ;;
  *)
    echo "usage: deploy-key.sh show|authorise|retire" >&2
    exit 2
    ;;
esac
marked
