# Boot test with a kernel of its own: Packer 1.6's qemu source, emulated.

variable "vm_disk" {
  type = string
}
variable "vm_kernel" {
  type = string
}
variable "vm_initrd" {
  type = string
}
variable "vm_append" {
  type = string
}
variable "vm_output" {
  type = string
}
variable "vm_console" {
  type = string
}

source "qemu" "vm" {
  disk_image           = true
  iso_url              = var.vm_disk
  iso_checksum         = "none"
  skip_compaction      = true
  disk_compression     = false
  skip_resize_disk     = true
  format               = "raw"
  vm_name              = "image"
  output_directory     = var.vm_output
  accelerator          = "tcg"
  cpus                 = 2
  memory               = 768
  headless             = true
  display              = "none"
  net_device           = "virtio-net"
  disk_interface       = "virtio"
  ssh_username         = "root"
  ssh_private_key_file = var.ssh_key_file
  ssh_timeout          = "900s"
  shutdown_command     = "systemctl poweroff"
  boot_wait            = "1s"
  qemuargs = [
    ["-kernel", var.vm_kernel],
    ["-initrd", var.vm_initrd],
    ["-append", var.vm_append],
    ["-serial", "file:${var.vm_console}"],
  ]
}
