# The peer's machines: the same resources, by the same upstream provider, as the Pulumi program's.
terraform {
  required_version = ">= 1.12"
  required_providers {
    proxmox = { source = "bpg/proxmox" }
  }
}

variable "endpoint" { type = string }
variable "node" { type = string }
variable "template_id" { type = number }
variable "storage" { type = string }
variable "bridge" { type = string }
variable "gateway" { type = string }
variable "prefix_length" { type = number }
variable "nameservers" { type = list(string) }
# The program's own rules, in the order in which Proxmox VE reads them.
variable "rules" {
  type = list(object({
    type = string, action = string, proto = string, dport = string, source = string, dest = string, comment = string
  }))
}
variable "ssh_public_key" { type = string }
variable "user" { type = string }
variable "cores" { type = number }
variable "memory_mib" { type = number }
variable "disk_gib" { type = number }
variable "runners" {
  type = map(object({ vm_id = number, address = string }))
}

# The token comes in by PROXMOX_VE_API_TOKEN.
provider "proxmox" {
  endpoint = var.endpoint
  insecure = false
}

resource "proxmox_virtual_environment_vm" "runner" {
  for_each        = var.runners
  vm_id           = each.value.vm_id
  name            = each.key
  description     = "peer ${each.key}"
  node_name       = var.node
  tags            = ["lab", "runner"]
  scsi_hardware   = "virtio-scsi-pci"
  on_boot         = true
  started         = true
  stop_on_destroy = true

  clone {
    vm_id        = var.template_id
    full         = true
    datastore_id = var.storage
    retries      = 3
  }
  cpu {
    cores   = var.cores
    sockets = 1
    type    = "x86-64-v2-AES"
  }
  memory {
    dedicated = var.memory_mib
  }
  disk {
    interface    = "scsi0"
    datastore_id = var.storage
    size         = var.disk_gib
    file_format  = "raw"
    aio          = "io_uring"
    backup       = true
    cache        = "none"
    discard      = "on"
    iothread     = false
    replicate    = true
    ssd          = false
  }
  network_device {
    bridge   = var.bridge
    model    = "virtio"
    firewall = true
  }
  operating_system {
    type = "l26"
  }
  initialization {
    datastore_id = var.storage
    interface    = "ide2"
    upgrade      = false
    dns {
      servers = var.nameservers
    }
    ip_config {
      ipv4 {
        address = "${each.value.address}/${var.prefix_length}"
        gateway = var.gateway
      }
    }
    user_account {
      username = var.user
      keys     = [var.ssh_public_key]
    }
  }
  serial_device {
    device = "socket"
  }
  cdrom {
    interface = "ide3"
    file_id   = "none"
  }
  # The address is configured, so there is no need to wait for the agent to report it.
  agent {
    enabled = true
    timeout = "15s"
    type    = "virtio"
    wait_for_ip {
      disabled = true
    }
  }
}

# Keyed by the variable and ordered by depends_on: a reference to another resource's instances would make OpenTofu
# evaluate all of them for each one, which takes minutes with 200.
resource "proxmox_virtual_environment_firewall_rules" "runner" {
  for_each   = var.runners
  node_name  = var.node
  vm_id      = each.value.vm_id
  depends_on = [proxmox_virtual_environment_vm.runner]

  dynamic "rule" {
    for_each = var.rules
    content {
      type    = rule.value.type
      action  = rule.value.action
      proto   = rule.value.proto
      dport   = rule.value.dport
      source  = rule.value.source
      dest    = rule.value.dest
      comment = rule.value.comment
    }
  }
}

resource "proxmox_virtual_environment_firewall_options" "runner" {
  for_each      = var.runners
  node_name     = var.node
  vm_id         = each.value.vm_id
  depends_on    = [proxmox_virtual_environment_firewall_rules.runner]
  enabled       = true
  input_policy  = "DROP"
  output_policy = "DROP"
  dhcp          = false
  macfilter     = true
  ndp           = true
  radv          = false
}
