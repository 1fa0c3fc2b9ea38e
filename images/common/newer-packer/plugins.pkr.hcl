# For Packer 1.7 and newer, which has no source for ECS of its own. Packer 1.6 refuses this file: `cdktf-sls image build` copies it
# beside the templates where it is needed; by hand: cp ../common/newer-packer/plugins.pkr.hcl . && packer init .
packer {
  required_plugins {
    alicloud = {
      source  = "github.com/hashicorp/alicloud"
      version = "~> 1.1"
    }
  }
}
