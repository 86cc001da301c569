#!/bin/bash
# Lab runner: what the unit starts. The listener ends cleanly on SIGINT; systemd sends SIGTERM.
trap 'kill -INT "$pid"' TERM INT

if [ -f .path ]; then
  PATH=$(cat .path)
  export PATH
  echo ".path=$PATH"
fi

# As in GitHub's script: the Node that this release brings, which another release may lack.
nodever="{{NodeVersion}}"
"./externals/$nodever/bin/node" --max-old-space-size=32 ./bin/RunnerService.js &
pid=$!
# The first wait ends when the signal comes, the second one when the process has ended.
wait "$pid"
trap - TERM INT
wait "$pid"
