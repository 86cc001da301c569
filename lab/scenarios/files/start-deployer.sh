#!/usr/bin/env bash
# Starts the deployer on a runner as a deployment job does: the same bundle, the same environment, the private key on
# standard input. Placed before this: variables KEY, FILES (a tar.gz in base64) and the job's exported environment.
set -euo pipefail

folder=/run/ghrunners-scenario
rm -rf "$folder"
mkdir -m 0700 "$folder"
base64 -d <<<"$FILES" | tar -xz -C "$folder"
cd "$folder"
node deployer.cjs deploy --plan plan.yaml --version "$VERSION" <<<"$KEY"
