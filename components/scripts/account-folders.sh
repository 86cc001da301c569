#!/usr/bin/env bash
# Work in folders that may belong to other accounts. Root reads, writes and runs nothing through what another account can
# change: there the account does it itself, so that a link, a pipe or a second name leads only where it can go anyway. Put
# in front of scripts that run as root, which name in `shared` the variables that their functions need there.

# Whether nobody but root can change what is in the folder that go_to went to.
only_root_changes() { ((uid == 0 && (8#$mode & 8#022) == 0)); }

# Goes to a folder, one step after the other: what was looked at cannot be exchanged any more. A link leads on only
# where root alone can make one. `uid`, `gid` and `mode` are then the folder's, and `decides` is the first account on the
# way that is not root, as UID:GID; empty for none. Returns 3 where there is no such folder.
go_to() { # folder
  local rest=$1 part target here above was="" links=0
  decides=
  cd / || return
  while true; do
    { read -r uid gid mode here && read -r _ _ _ above; } < <(exec stat --printf='%u %g %a %d:%i\n' . ..)
    [[ -z $was || $above == "$was" ]] ||
      die "$1 on $(hostname) was exchanged while it was looked at. Nothing was changed. Next: pulumi up"
    [[ -n $decides ]] || only_root_changes || decides=$uid:$gid
    [[ -n $rest ]] || return 0
    part=${rest%%/*}
    rest=${rest:${#part}+1}
    was=""
    [[ -n $part && $part != . ]] || continue
    if [[ -L $part ]]; then
      [[ -z $decides ]] ||
        die "$1 on $(hostname) leads over the link $(pwd -P)/$part, which others than root can change. Nothing was changed." \
          "Expected folders alone below one of another account's: root follows no link of theirs. Next: name the folder" \
          "itself in the stack's settings, or remove the link, then pulumi up"
      ((++links <= 20)) || die "$1 on $(hostname) leads over more than 20 links. Expected a folder. Next: ls -l on the host"
      target=$(readlink -- "$part")
      [[ $target != /* ]] || cd /
      rest=$target/$rest
      continue
    fi
    [[ -e $part ]] || return 3
    [[ -d $part ]] ||
      die "$(pwd -P)/$part on $(hostname) is no folder. Nothing was changed. Expected one for $1. Next: move it away, then pulumi up"
    [[ $part == .. ]] || was=$here
    cd -P -- "./$part" || return
  done
}

# Who that is that decides what is at a path, as UID:GID: empty for root alone.
who_decides() { # folder
  (
    go_to "$1" || (($? == 3)) || exit
    echo "$decides"
  )
}

# Runs a program as an account, without a login and for a limited time. Other than root's own, it gets no lock.
as_account() { # UID:GID program...
  local who=$1 groups=--clear-groups
  shift
  ! getent passwd "${who%:*}" >/dev/null || groups=--init-groups
  timeout --kill-after=5 30 setpriv --reuid "${who%:*}" --regid "${who#*:}" "$groups" -- "$@" 9>&-
}

# Runs one of the script's functions in a folder, as the account that the folder belongs to. Neither it nor the variables
# are in an argument list. Returns 3 where there is no such folder.
in_folder() { # folder function words...
  local folder=$1
  shift
  (
    go_to "$folder" || exit
    # shellcheck disable=SC2016  # expanded there
    worker=(bash -c 'eval "$(cat)"')
    if ((uid != 0)); then
      worker=(as_account "$uid:$gid" "${worker[@]}")
    elif ! only_root_changes; then
      die "$folder on $(hostname) belongs to root, and others can change what is in it (mode $mode). Nothing was" \
        "changed. Expected a folder that root alone changes, or one of another account's. Next: chmod go-w $folder on that" \
        "host, then pulumi up"
    fi
    "${worker[@]}" < <(
      echo "set -euo pipefail"
      # shellcheck disable=SC2154  # the script's
      declare -p "${shared[@]}"
      declare -f
      printf '%q ' "$@"
    )
  )
}

make_here() { mkdir -- "$1"; } # name

# Makes a folder with what is missing above it: each belongs to the account of the folder that it is in.
make_folder() { # folder
  local status=0
  (go_to "$1") || status=$?
  ((status == 3)) || return "$status"
  make_folder "$(dirname "$1")"
  in_folder "$(dirname "$1")" make_here "$(basename "$1")"
}

# Sets `checker`, the account that a tool runs as, as UID:GID: empty for root, where root alone decides what the tool is
# and what it reads. Else the unit's own account, which reads the same, or the one that decides.
choose_checker() { # unit tool folder...
  local unit=$1 folder user
  checker=
  for folder in "$(dirname "$(readlink -f "$(command -v "$2")")")" "${@:3}"; do
    checker=$(who_decides "$folder")
    [[ -z $checker ]] || break
  done
  [[ -n $checker ]] || return 0
  # Root's, but others can change what is in it.
  [[ $checker != 0:* ]] || checker=$(id --user nobody):$(id --group nobody)
  user=$(systemctl show --property=User --value "$unit" 2>/dev/null || true)
  [[ -z $user || $user == root ]] || checker=$(id --user "$user"):$(id --group "$user")
}

as_checker() { # program...
  if [[ -z $checker ]]; then "$@"; else (cd / && as_account "$checker" "$@"); fi
}

# The file that a path leads to over links that root alone made.
real_file() { # path
  local file=$1 target links=0
  while [[ -z $(who_decides "$(dirname "$file")") && -L $file ]] && ((++links <= 20)); do
    target=$(readlink -- "$file")
    [[ $target == /* ]] || target=$(dirname "$file")/$target
    file=$target
  done
  printf '%s\n' "$file"
}
