#!/usr/bin/env bash
# Which files the SSH server reads the keys of a user from, and how root may touch them. Put in front of scripts that run as
# root.

# The server's settings for a login of the user, one per line. Nothing where they cannot be asked for, as of another server
# than OpenSSH.
sshd_settings() { # user
  local sshd
  sshd=$(
    PATH+=:/usr/sbin:/usr/local/sbin
    command -v sshd
  ) || return 0
  # A block of Match may ask for any of these. The address of a later login is not known here.
  "$sshd" -T -C "user=$1,host=localhost,addr=127.0.0.1,laddr=127.0.0.1,lport=22" </dev/null 2>/dev/null || true
}

# The files, one per line, in the server's order. Nothing where the server reads none.
key_files() { # user home
  local settings=$'authorizedkeysfile .ssh/authorized_keys' asked names name
  asked=$(sshd_settings "$1")
  [[ $asked != *authorizedkeysfile\ * ]] || settings=$asked
  read -ra names < <(awk '$1 == "authorizedkeysfile" { $1 = ""; print }' <<<"$settings")
  for name in "${names[@]}"; do
    [[ $name != none ]] || continue
    name=${name//\%\%/$'\001'}
    name=${name//\%h/"$2"}
    name=${name//\%u/"$1"}
    [[ $name != *%U* ]] || name=${name//\%U/"$(id -u "$1")"}
    name=${name//$'\001'/%}
    [[ $name == /* ]] || name=$2/$name
    printf '%s\n' "$name"
  done
}

# Whether root alone decides what is at a path: every folder and link on the way belongs to root, and nobody else may write
# to one. What is missing counts too: only root can make it there.
is_roots() { # path
  { namei --modes --owners -- "$1" 2>/dev/null || true; } | awk '
    $1 ~ /^d[r-][w-]/ && ($2 != "root" || substr($1, 6, 1) == "w" || substr($1, 9, 1) == "w") { theirs = 1 }
    $1 ~ /^l[r-][w-]/ && $2 != "root" { theirs = 1 }
    END { exit theirs || NR < 2 }'
}

# Runs a program as a user, without a login and for a limited time: what a user can change may be a link to a file of root's,
# or a pipe that never ends.
as_user() { # uid gid command...
  local -a become=()
  (($1 == EUID)) || become=(setpriv --reuid "$1" --regid "$2" --init-groups --)
  shift 2
  timeout --kill-after=2 10 "${become[@]}" "$@"
}
