# The web application's machines: todo-list, which writes its log to the journal.

locals {
  image    = "app"
  packages = "rsyslog rsyslog-relp curl ca-certificates python3"
  scripts  = ["${path.root}/scripts/50-todo-list.sh"]
}
