# One build for all images and all sources: what an image adds is in its own `locals`.

locals {
  stamp   = formatdate("YYYYMMDDhhmm", timestamp())
  common  = "${path.root}/../common"
  logtail = "${path.root}/../logtail-official"
  # What is uploaded and which step installs it.
  collector = {
    agent   = { files = var.agent_package, script = "${local.common}/scripts/20-agent.sh", rsyslog = var.rsyslog, name = "the agent of Log Service" }
    logtail = { files = "${local.logtail}/", script = "${local.logtail}/install.sh", rsyslog = "tcp", name = "Logtail" }
  }[var.collector]
  agent_config = {
    region      = var.region
    network     = var.network
    projects    = [var.project]
    credentials = { ecsRole = "auto" }
    relp        = { port = 11112 }
  }
}

# Production: an image of ECS.
source "alicloud-ecs" "production" {
  access_key           = var.access_key
  secret_key           = var.secret_key
  security_token       = var.security_token
  region               = var.region
  image_name           = "${local.image}-${var.env}-${local.stamp}"
  image_description    = "${local.image} of ${var.env}, with ${local.collector.name}"
  source_image         = var.source_image
  instance_type        = var.instance_type
  io_optimized         = true
  internet_charge_type = "PayByTraffic"
  ssh_username         = "root"
  tags = {
    image = local.image
    env   = var.env
  }
}

# CI: a machine that runs already, reached over ssh.
source "null" "ci" {
  communicator         = "ssh"
  ssh_host             = var.ssh_host
  ssh_port             = var.ssh_port
  ssh_username         = "root"
  ssh_private_key_file = var.ssh_key_file
  ssh_timeout          = "60s"
}

build {
  sources = ["source.alicloud-ecs.production", "source.null.ci"]

  provisioner "shell" {
    inline = ["install -d -m 700 /root/stage /root/stage/agent /root/stage/common /root/stage/systemd /root/stage/files"]
  }
  provisioner "file" {
    source      = local.collector.files
    destination = "/root/stage/agent/"
  }
  provisioner "file" {
    source      = var.ca_file
    destination = "/root/stage/ca.pem"
  }
  provisioner "file" {
    source      = "${local.common}/files/"
    destination = "/root/stage/common"
  }
  provisioner "file" {
    source      = "${path.root}/../systemd/"
    destination = "/root/stage/systemd"
  }
  provisioner "file" {
    source      = "${path.root}/files/"
    destination = "/root/stage/files"
  }
  provisioner "shell" {
    environment_vars = [
      "STAGE=/root/stage",
      "PACKAGES=${local.packages}",
      "USER_DEFINED_ID=${var.user_defined_id}",
      "AGENT_CONFIG=${jsonencode(local.agent_config)}",
      "PROXY_URL=${var.proxy_url}",
      "RSYSLOG=${local.collector.rsyslog}",
      "REGION=${var.region}",
      "NETWORK=${var.network}",
      "LOGTAIL_VERSION=${var.logtail_version}",
      "LOGTAIL_URL=${var.logtail_url}",
    ]
    scripts = concat(
      ["${local.common}/scripts/10-packages.sh", local.collector.script, "${local.common}/scripts/30-rsyslog.sh"],
      local.scripts,
      ["${local.common}/scripts/80-inventory.sh"],
    )
  }
  provisioner "file" {
    direction   = "download"
    source      = "/root/stage/inventory.txt"
    destination = var.inventory
  }
  provisioner "shell" {
    environment_vars = ["STAGE=/root/stage"]
    script           = "${local.common}/scripts/90-finish.sh"
  }
  post-processor "manifest" {
    output      = var.manifest
    custom_data = { image = local.image, env = var.env }
  }
}
