#!/bin/bash
# Lab runner: runs the listener in the foreground and starts it again after an exit code that asks for it.
set -u

if [ "$(id -u)" -eq 0 ] && [ -z "${RUNNER_ALLOW_RUNASROOT:-}" ]; then
  echo "Must not run interactively with sudo"
  exit 1
fi

cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
if [ -f .path ]; then
  PATH=$(cat .path)
  export PATH
fi

while :; do
  ./bin/Runner.Listener run "$@"
  code=$?
  case $code in
    3 | 4)
      echo "Runner listener exit because of updating, re-launch runner after successful update"
      rm -f update.finished
      ;;
    2) echo "Runner listener exit with retryable error, re-launch runner in 5 seconds." ;;
    *) exit "$code" ;;
  esac
  sleep 5
done
