#!/usr/bin/env bash
# Manages the keys of a deployment target that have a mark in their comment. Runs as root, behind key-files.sh.
# Verbs: show; authorise (adds LINE if its key is missing); retire (removes marked keys other than KEEP).
# Parameters: ACCOUNT MARK, and LINE or KEEP (kind and base64 text).
# Output: `in FILE`, the file that a key is added to, and the marked keys, one `KIND BASE64` per line.
set -euo pipefail

: "${LINE:=}" "${KEEP:=}"
cd /
IFS=: read -r _ _ uid gid _ home _ < <(getent passwd "$ACCOUNT") ||
  die "There is no user $ACCOUNT on $(hostname). Nothing was changed. Expected the user that deployments log in as. Next: make" \
    "it, then run the same command again"
mapfile -t files < <(key_files "$ACCOUNT" "$home")
if ((${#files[@]} == 0)); then
  decides=$(sshd_settings "$ACCOUNT" | awk '$1 == "authorizedkeyscommand" { $1 = ""; print substr($0, 2) }')
  die "The SSH server of $(hostname) reads no file with keys of $ACCOUNT (AuthorizedKeysFile none, AuthorizedKeysCommand" \
    "${decides:-none}), so no key can be authorised. Nothing was changed. Expected a file. Next: set AuthorizedKeysFile for" \
    "this user in /etc/ssh/sshd_config (Match User $ACCOUNT), reload the server, then run the same command again"
fi

# What is done with one file. In every line that this script wrote, the comment is the third field; other lines are left
# unchanged.
is_there() { [[ -f $1 ]]; } # file

marked() { # file
  awk -v mark="$MARK" '$3 == mark { print $1 " " $2 }' "$1"
}

# Replaces a file by what the rest of the line prints, with its owner and mode. The server refuses a file that others may
# write to, and reads it as the user.
replace() { # file command...
  local file=$1 new mode=0644
  shift
  new=$(mktemp -- "$file.XXXXXXXX")
  # shellcheck disable=SC2064  # expand the name now
  trap "rm -f -- '${new//\'/\'\\\'\'}'" EXIT
  "$@" >"$new"
  ((EUID != uid)) || mode=0600
  if [[ -f $file ]]; then
    ((EUID == uid)) || chown --reference="$file" -- "$new"
    chmod --reference="$file" -- "$new"
    chmod go-w -- "$new"
  else
    chmod "$mode" -- "$new"
  fi
  sync "$new"
  mv -fT -- "$new" "$file"
}

with_line() { # file
  if [[ -f $1 ]]; then awk 1 "$1"; fi
  printf '%s\n' "$LINE"
}

authorise() { # file
  local folder
  folder=$(dirname "$1")
  [[ -d $folder ]] || install -d -m 0700 "$folder"
  [[ ! -O $folder ]] || chmod go-w "$folder"
  replace "$1" with_line "$1"
}

without_others() { # file
  awk -v mark="$MARK" -v keep="$KEEP" '!($3 == mark && ($1 " " $2) != keep)' "$1"
}

retire() { # file
  without_others "$1" | cmp --silent "$1" - || replace "$1" without_others "$1"
}

# Does it as root where root alone decides what is at the path, else as the account: its folder may hold links and pipes.
at() { # function file
  local -a who=("$uid" "$gid")
  local program
  if is_roots "$2"; then who=(0 0); fi
  program="set -euo pipefail; $(declare -p MARK LINE KEEP uid)
$(declare -f is_there marked replace with_line authorise without_others retire)
$1 \"\$1\""
  as_user "${who[@]}" bash -c "$program" bash "$2" </dev/null 9>&-
}

change() { # function file
  local words
  words=$(at "$@" 2>&1) ||
    die "$2 on $(hostname) could not be changed: ${words:-it took too long}. Nothing was changed. Expected $ACCOUNT to be able to" \
      "change it, or root alone to decide what is there: root writes nothing through a folder of somebody else's. Next:" \
      "ls -ld $(dirname "$2") $2, give both to $ACCOUNT or let the server read the keys from a folder of root's" \
      "(AuthorizedKeysFile /etc/ssh/authorized_keys/%u), then run the same command again"
}

# A key is added to the first file that is there; it may have a mark in each of them.
file=${files[0]}
there=()
for each in "${files[@]}"; do if at is_there "$each"; then there+=("$each"); fi; done
((${#there[@]} == 0)) || file=${there[0]}
folder=$(dirname "$file")
[[ $file == "$home"/* || -d $folder ]] ||
  die "The SSH server of $(hostname) reads the keys of $ACCOUNT from $file, but there is no folder $folder. Nothing was" \
    "changed. Next: install -d -m 0755 $folder, as root, then run the same command again"
# A file of somebody else's is not this program's to change, and the server does not read it.
if [[ -d $folder ]]; then
  owner=$(stat --dereference --format %U "$([[ ${#there[@]} -gt 0 ]] && echo "$file" || echo "$folder")")
  [[ $owner == root || $owner == "$ACCOUNT" ]] ||
    die "The SSH server of $(hostname) reads the keys of $ACCOUNT from $file, which belongs to $owner. Nothing was changed." \
      "Expected root or $ACCOUNT. Next: chown it, then run the same command again"
fi

# One run at a time. Only root can reach the file, because anyone who can open a lock file can hold the lock.
locks=${GHRUNNERS_ROOT:-}/run/ghrunners
(umask 077 && mkdir -p "$locks" && : >>"$locks/deploy-keys")
exec 9>>"$locks/deploy-keys"
flock --wait 20 9 || die "Another run has been changing keys on $(hostname) for 20 s. Next: run the same command again"

all_marked() {
  local each
  ((${#there[@]} == 0)) || for each in "${there[@]}"; do at marked "$each"; done
}

case ${1:-} in
  show) ;;
  authorise)
    if ! all_marked | grep -xF "${LINE% *}" >/dev/null; then
      change authorise "$file"
      ((${#there[@]} > 0)) || there=("$file")
    fi
    ;;
  retire)
    ((${#there[@]} == 0)) || for each in "${there[@]}"; do change retire "$each"; done
    ;;
  *)
    echo "usage: deploy-key.sh show|authorise|retire" >&2
    exit 2
    ;;
esac
printf 'in %s\n' "$file"
all_marked
