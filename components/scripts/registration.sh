#!/usr/bin/env bash
# Registers the runner of a host at GitHub, or takes its registration away. Runs as root; may be run again.
# Parameters: UNIT RUNNER_USER RUNNER_HOME WORK_FOLDER RUNNER_NAME REPOSITORY_URL LABELS TOKEN
set -euo pipefail

die() {
  echo "$*" >&2
  exit 1
}

# GitHub deletes runners on its side; here only files go, so no removal token is needed.
forget() {
  systemctl disable --now --quiet "$UNIT" 2>/dev/null || true
  rm -f "/etc/systemd/system/$UNIT"
  systemctl daemon-reload
  rm -f "$RUNNER_HOME"/.runner "$RUNNER_HOME"/.credentials "$RUNNER_HOME"/.credentials_rsaparams "$RUNNER_HOME"/.service
}

install_service() {
  if [[ ! -f /etc/systemd/system/$UNIT || ! -f $RUNNER_HOME/.service ]]; then
    rm -f "/etc/systemd/system/$UNIT" "$RUNNER_HOME/.service"
    ./svc.sh install "$RUNNER_USER" >&2
  fi
  [[ -f /etc/systemd/system/$UNIT ]] ||
    die "svc.sh made the unit $(cat .service 2>/dev/null || echo none), expected $UNIT. Next: report this with the runner's version"
}

register() {
  forget
  # The token goes through the environment of this one short process: an argument would show in the process list.
  ACTIONS_RUNNER_INPUT_TOKEN=$TOKEN runuser -u "$RUNNER_USER" -- ./config.sh --unattended --replace \
    --url "$REPOSITORY_URL" --name "$RUNNER_NAME" --labels "$LABELS" --no-default-labels --work "$WORK_FOLDER" >&2 ||
    die "config.sh could not register $RUNNER_NAME at $REPOSITORY_URL. GitHub answers 404 to an expired token and to a" \
      "wrong address alike. Expected: the host reaches GitHub, and the repository exists. Next: pulumi up"
  install_service
}

[[ -x $RUNNER_HOME/config.sh ]] || [[ ${1:-} == unregister ]] || die "No runner in $RUNNER_HOME. Next: pulumi up --refresh"
cd "$RUNNER_HOME" 2>/dev/null || exit 0
case ${1:-} in
  show) if [[ -f .runner ]]; then cat .runner; fi ;;
  register) register ;;
  install-service) install_service ;;
  unregister) forget ;;
  *) die "usage: registration.sh show|register|install-service|unregister" ;;
esac
