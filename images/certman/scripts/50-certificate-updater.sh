#!/bin/sh
# The certificate manager: a service for each look, and a timer. Takes: STAGE.
set -eu
install -D -m 755 "$STAGE/files/certificate-updater" "${ROOT:-}/opt/certificate-updater/certificate-updater"
install -d -m 755 "${ROOT:-}/etc/certificate-updater"
for unit in certificate-updater.service certificate-updater.timer; do
  install -D -m 644 "$STAGE/files/$unit" "${ROOT:-}/etc/systemd/system/$unit"
done
install -D -m 644 "$STAGE/systemd/certificate-updater.service.d/10-after-logtail.conf" \
  "${ROOT:-}/etc/systemd/system/certificate-updater.service.d/10-after-logtail.conf"
systemctl enable certificate-updater.service certificate-updater.timer
