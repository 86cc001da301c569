#!/usr/bin/env bash
# Every file that a deployment may write, with its inode and the time of its last change, and since when each service of
# the demo application runs. Two of these that are equal mean that nothing was done in between.
set -euo pipefail

find /opt/demo-app /etc/systemd/system /etc/nginx /opt/ghrunners/deploy /var/lib/ghrunners \
  /var/lib/prometheus/node-exporter/ghrunners_deploy.prom \
  -type d -printf '%p\n' -o -printf '%p %i %T@ %s %l\n' | sort
systemctl show --property=Id,ActiveEnterTimestampMonotonic nginx.service redis-server.service postgresql@15-main.service \
  demo-app-backend.service demo-app-identity-provider.service
