#!/usr/bin/env bash
# Waits until a part of an artefact is on the disk, suspends the process that receives it and prints the size of the part.
set -euo pipefail

folder=/var/lib/ghrunners/deploy
# 2400 looks, 50 ms apart: two minutes.
for ((look = 0; look < 2400; look++)); do
  # Other files that are being written there are smaller.
  part=$(find "$folder" -maxdepth 1 -name '.ghrunners-new-*' -size +64k)
  if [ -n "$part" ] && pid=$(pgrep --full "^node .*ghrunners-deploy.cjs put"); then
    kill -STOP "$pid"
    stat -c %s "$part"
    exit
  fi
  sleep 0.05
done
echo "No part of an artefact arrived within two minutes. Expected one in $folder while a deployer sends." >&2
exit 1
