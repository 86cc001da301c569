#!/usr/bin/env bash
# Runs after every job: cleans up, so that the next job does not find what this one left.
set -euo pipefail
PATH=/usr/sbin:/usr/bin:/sbin:/bin

# shellcheck source=/dev/null
source /usr/local/lib/ghrunners/hooks/job-traces.sh
remove_traces

workspace=${GITHUB_WORKSPACE:-}
# Only empty a folder inside the runner's work folder.
case $workspace in
  /opt/actions-runner/_work/*/*) ;;
  *)
    echo "No workspace to clean: '$workspace'"
    exit 0
    ;;
esac
if [[ -d $workspace && ! -L $workspace ]]; then
  find "$workspace" -mindepth 1 -delete
fi
