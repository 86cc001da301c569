#!/usr/bin/env bash
# Waits for Prometheus or Alertmanager, or says what answers there instead. Put in front of the scripts that ask them.

# HTTP 503: it is still reading its data. 000: no answer.
wait_until_ready() { # name URL setting unit
  local deadline=$((SECONDS + 60)) code
  until code=$(curl --silent --max-time 2 --output /dev/null --write-out '%{http_code}' "$2/-/ready") && [[ $code == 200 ]]; do
    case $code in
      401 | 403)
        die "$1 at $2 asks for a password (HTTP $code). Expected an address on this host itself that answers without one." \
          "Next: a second listener on 127.0.0.1, or an exception of the proxy for it, and $3"
        ;;
      301 | 302 | 307 | 308 | 404)
        die "$2/-/ready answers HTTP $code. Expected 200: for $1 below a path (--web.route-prefix), the path must be in its" \
          "address. Next: pulumi config set --path 'ghrunners:$3' $2/PATH"
        ;;
    esac
    if ((SECONDS >= deadline)); then
      die "$1 does not answer at $2 on this host (HTTP $code). Expected 200 from /-/ready within 60 s." \
        "Next: systemctl status $4 on the host; $3 if it is another one"
    fi
    sleep 0.2
  done
}
