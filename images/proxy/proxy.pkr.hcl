# The forward proxy of machines without a way out: lets through endpoints of Log Service, and nothing else.

locals {
  image    = "proxy"
  packages = "rsyslog rsyslog-relp curl ca-certificates squid"
  scripts  = ["${path.root}/scripts/50-squid.sh"]
}
