#!/usr/bin/env bash
# Manages the keys of a deployment target that have a mark in their comment. Runs as root, behind key-files.sh.
# Verbs: show; authorise (adds LINE if its key is missing); retire (removes marked keys other than KEEP).
# Parameters: ACCOUNT MARK, and LINE or KEEP (kind and base64 text).
# Output: `in FILE`, the file that a key is added to, and the marked keys, one `KIND BASE64` per line.
set -euo pipefail

home=$(getent passwd "$ACCOUNT" | cut -d: -f6)
mapfile -t files < <(key_files "$ACCOUNT" "$home")
if ((${#files[@]} == 0)); then
  decides=$(sshd_settings "$ACCOUNT" | awk '$1 == "authorizedkeyscommand" { $1 = ""; print substr($0, 2) }')
  die "The SSH server of $(hostname) reads no file with keys of $ACCOUNT (AuthorizedKeysFile none, AuthorizedKeysCommand" \
    "${decides:-none}), so no key can be authorised. Nothing was changed. Expected a file. Next: set AuthorizedKeysFile for" \
    "this user in /etc/ssh/sshd_config (Match User $ACCOUNT), reload the server, then run the same command again"
fi
# A key is added to the first file that is there; it may have a mark in each of them.
file=${files[0]}
there=()
for each in "${files[@]}"; do [[ ! -f $each ]] || there+=("$each"); done
((${#there[@]} == 0)) || file=${there[0]}
folder=$(dirname "$file")

if [[ $file == "$home"/* ]]; then
  [[ -d $folder && $folder != "$home/.ssh" ]] || install -d -o "$ACCOUNT" -g "$(id -g "$ACCOUNT")" -m 0700 "$folder"
elif [[ ! -d $folder ]]; then
  die "The SSH server of $(hostname) reads the keys of $ACCOUNT from $file, but there is no folder $folder. Nothing was" \
    "changed. Next: install -d -m 0755 $folder, as root, then run the same command again"
fi
# A file of somebody else's is not this program's to change, and the server does not read it.
owner=$(stat --format %U "$([[ -f $file ]] && echo "$file" || echo "$folder")")
[[ $owner == root || $owner == "$ACCOUNT" ]] ||
  die "The SSH server of $(hostname) reads the keys of $ACCOUNT from $file, which belongs to $owner. Nothing was changed." \
    "Expected root or $ACCOUNT. Next: chown it, then run the same command again"

exec 9>"$folder/.ghrunners.lock"
flock 9

replace() { # file
  if [[ $1 == "$home"/* ]]; then
    chown --reference="$home" "$1.new"
    chmod 0600 "$1.new"
  elif [[ -f $1 ]]; then
    chown --reference="$1" "$1.new"
    chmod --reference="$1" "$1.new"
  else
    # The server reads it as the user.
    chmod 0644 "$1.new"
  fi
  sync "$1.new"
  mv "$1.new" "$1"
}

# In every line that this script wrote, the comment is the third field; other lines are left unchanged.
marked() { ((${#there[@]} == 0)) || awk -v mark="$MARK" '$3 == mark { print $1 " " $2 }' "${there[@]}"; }

case ${1:-} in
  show) ;;
  authorise)
    if ! marked | grep -xF "${LINE% *}" >/dev/null; then
      { if [[ -f $file ]]; then awk 1 "$file"; fi; printf '%s\n' "$LINE"; } >"$file.new"
      replace "$file"
      ((${#there[@]} > 0)) || there=("$file")
    fi
    ;;
  retire)
    for each in "${there[@]}"; do
      awk -v mark="$MARK" -v keep="$KEEP" '!($3 == mark && ($1 " " $2) != keep)' "$each" >"$each.new"
      if cmp --silent "$each" "$each.new"; then rm "$each.new"; else replace "$each"; fi
    done
    ;;
  *)
    echo "usage: deploy-key.sh show|authorise|retire" >&2
    exit 2
    ;;
esac
printf 'in %s\n' "$file"
marked
