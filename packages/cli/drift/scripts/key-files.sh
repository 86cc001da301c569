#!/usr/bin/env bash
# Which files the SSH server reads the keys of a user from. Put in front of scripts that run as root.

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
