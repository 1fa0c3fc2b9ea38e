#!/bin/sh
# The web application: a service that writes its log to the journal. Takes: STAGE.
set -eu
install -D -m 755 "$STAGE/files/todo-list" "${ROOT:-}/opt/todo-list/todo-list"
install -D -m 644 "$STAGE/files/todo-list.service" "${ROOT:-}/etc/systemd/system/todo-list.service"
install -D -m 644 "$STAGE/systemd/todo-list.service.d/10-after-logtail.conf" \
  "${ROOT:-}/etc/systemd/system/todo-list.service.d/10-after-logtail.conf"
systemctl enable todo-list.service
