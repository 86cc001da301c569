#!/bin/bash
# Keeps what the service needs of the environment of config.sh: .path and .env, unless they exist.
if [ ! -f .env ]; then
  touch .env
  for name in LANG LC_ALL http_proxy https_proxy no_proxy; do
    if [ -n "${!name:-}" ]; then
      echo "$name=${!name}" >>.env
    fi
  done
fi
if [ ! -f .path ]; then
  echo "$PATH" >.path
fi
