#!/bin/bash
# Lab runner: its one dependency is Node.js, in the place of the Node.js that GitHub's runner brings along.
set -eu
if command -v node >/dev/null; then
  echo "node is installed: $(node --version)"
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "Need to run with sudo privilege"
  exit 1
fi
apt-get update
apt-get install -y --no-install-recommends nodejs
