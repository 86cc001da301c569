#!/usr/bin/env bash
# Runs after every job, and when the runner's unit starts: cleans up, so that the next job does not find what an earlier one
# left. A job can prevent that (BASH_ENV in GITHUB_ENV), but the same is done again before the next job.
set -euo pipefail
PATH=/usr/sbin:/usr/bin:/sbin:/bin

# shellcheck source=/dev/null
source /usr/local/lib/ghrunners/hooks/job-traces.sh
remove_traces
forget_workspace
