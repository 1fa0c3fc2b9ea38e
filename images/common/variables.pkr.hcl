# What all images take. `cdktf-sls image build` fills them in from the outputs of a deployed stack.

variable "env" {
  type        = string
  default     = "dev"
  description = "Environment, as in the names of the log project and the machine group."
}

variable "region" {
  type        = string
  default     = "cn-hangzhou"
  description = "Region of the log project, and of the image."
}

variable "network" {
  type        = string
  default     = "intranet"
  description = "Which endpoint of Log Service the machine uses: intranet within Alibaba Cloud, or public."
}

variable "project" {
  type        = string
  default     = "sample-app-log-project-dev"
  description = "Log project in which the agent looks for its machine group."
}

variable "user_defined_id" {
  type        = string
  default     = ""
  description = "What the machine says in /etc/ilogtail/user_defined_id; empty: each machine takes it from its instance at first boot."
}

variable "collector" {
  type        = string
  default     = "agent"
  description = "What collects: agent (sls-agent) or logtail (the service's own Logtail)."
  validation {
    condition     = contains(["agent", "logtail"], var.collector)
    error_message = "The collector must be agent or logtail."
  }
}

variable "agent_package" {
  type        = string
  default     = ""
  description = "The agent's .deb or .rpm, as `npm run build:packages` makes them in build/."
}

variable "logtail_version" {
  type        = string
  default     = ""
  description = "Version of Logtail to install, such as 1.8.7; empty: the newest."
}

variable "logtail_url" {
  type        = string
  default     = ""
  description = "Where Logtail's installer logtail.sh is, as curl takes it; empty: in the service's own bucket of the region."
  # It may be signed.
  sensitive = true
}

variable "proxy_url" {
  type        = string
  default     = ""
  description = "Forward proxy of machines without a way out, such as http://10.0.0.5:3128; empty: none."
  # It may hold a password.
  sensitive = true
}

variable "ca_file" {
  type        = string
  default     = "/dev/null"
  description = "Certificates (PEM) that the agent trusts besides the system's, such as a proxy's."
}

variable "rsyslog" {
  type        = string
  default     = "relp"
  description = "How rsyslog hands lines to the agent: relp (loses none) or tcp. To Logtail it is always tcp."
}

variable "access_key" {
  type      = string
  default   = env("ALICLOUD_ACCESS_KEY")
  sensitive = true
}

variable "secret_key" {
  type      = string
  default   = env("ALICLOUD_SECRET_KEY")
  sensitive = true
}

variable "security_token" {
  type      = string
  default   = env("ALICLOUD_SECURITY_TOKEN")
  sensitive = true
}

variable "source_image" {
  type        = string
  default     = "debian_12_6_x64_20G_alibase_20240711.vhd"
  description = "Public image of ECS to start from: a Debian 12, an Ubuntu 24.04 or an Alibaba Cloud Linux 3."
}

variable "instance_type" {
  type    = string
  default = "ecs.t6-c1m1.large"
}

variable "ssh_host" {
  type        = string
  default     = ""
  description = "Machine that the null source provisions, over ssh as root."
}

variable "ssh_port" {
  type    = number
  default = 22
}

variable "ssh_key_file" {
  type    = string
  default = "/dev/null"
}

variable "inventory" {
  type        = string
  default     = "inventory.txt"
  description = "File for the list of the image's packages."
}

variable "manifest" {
  type        = string
  default     = "packer-manifest.json"
  description = "File in which Packer notes what it made."
}
