# The certificate manager's machine: looks at certificates once a day, and renews those that are due.

locals {
  image    = "certman"
  packages = "rsyslog rsyslog-relp curl ca-certificates openssl"
  scripts  = ["${path.root}/scripts/50-certificate-updater.sh"]
}
