#!/usr/bin/env bash
# Runs before every job. Refuses a job of another repository or of a disallowed event or ref, and removes what an
# earlier job left behind. The paths of the files it reads are fixed here: neither a job nor the environment can change
# them. A failure here fails the job before its first step. Source: GitHub, "Running scripts before or after a job".
set -euo pipefail
PATH=/usr/sbin:/usr/bin:/sbin:/bin

# shellcheck source=/dev/null
source /etc/ghrunners/job-policy.env
# shellcheck source=/dev/null
source /usr/local/lib/ghrunners/hooks/job-traces.sh

refuse() {
  echo "::error::This runner refuses the job: $1 is not allowed here." >&2
  echo "Allowed: $2. The list is ghrunners:agent.$3 of the runner's Pulumi stack." >&2
  exit 1
}

matches() {
  local pattern
  while IFS= read -r pattern; do
    # The right side is intentionally a pattern.
    # shellcheck disable=SC2053
    [[ $1 == $pattern ]] && return 0
  done <<<"$2"
  return 1
}

[[ ${GITHUB_REPOSITORY:-} == "$ALLOWED_REPOSITORY" ]] ||
  refuse "the repository '${GITHUB_REPOSITORY:-}'" "$ALLOWED_REPOSITORY" repository
matches "${GITHUB_EVENT_NAME:-}" "$ALLOWED_EVENTS" ||
  refuse "the event '${GITHUB_EVENT_NAME:-}'" "${ALLOWED_EVENTS//$'\n'/, }" allowedEvents
matches "${GITHUB_REF:-}" "$ALLOWED_REFS" ||
  refuse "the ref '${GITHUB_REF:-}'" "${ALLOWED_REFS//$'\n'/, }" allowedRefs
remove_traces
