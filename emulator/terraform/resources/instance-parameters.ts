/** How the arguments of an instance are called by ECS. */

/** Attribute -> parameter of RunInstances. */
export const runParameters: Readonly<Record<string, string>> = {
  availability_zone: "ZoneId",
  credit_specification: "CreditSpecification",
  deletion_protection: "DeletionProtection",
  description: "Description",
  host_name: "HostName",
  image_id: "ImageId",
  instance_charge_type: "InstanceChargeType",
  instance_name: "InstanceName",
  instance_type: "InstanceType",
  internet_charge_type: "InternetChargeType",
  internet_max_bandwidth_out: "InternetMaxBandwidthOut",
  key_name: "KeyPairName",
  password: "Password",
  private_ip: "PrivateIpAddress",
  resource_group_id: "ResourceGroupId",
  role_name: "RamRoleName",
  spot_strategy: "SpotStrategy",
  system_disk_category: "SystemDisk.Category",
  system_disk_description: "SystemDisk.Description",
  system_disk_name: "SystemDisk.DiskName",
  system_disk_performance_level: "SystemDisk.PerformanceLevel",
  system_disk_size: "SystemDisk.Size",
  vswitch_id: "VSwitchId",
};

/** Attribute -> parameter of ModifyInstanceAttribute. */
export const modifyParameters: Readonly<Record<string, string>> = {
  instance_name: "InstanceName",
  description: "Description",
  host_name: "HostName",
  deletion_protection: "DeletionProtection",
};

/** Attribute -> member of DescribeInstances. */
export const instanceMembers: Readonly<Record<string, string>> = {
  availability_zone: "ZoneId",
  cpu: "Cpu",
  create_time: "CreationTime",
  deletion_protection: "DeletionProtection",
  description: "Description",
  expired_time: "ExpiredTime",
  host_name: "HostName",
  image_id: "ImageId",
  instance_charge_type: "InstanceChargeType",
  instance_name: "InstanceName",
  instance_type: "InstanceType",
  internet_charge_type: "InternetChargeType",
  internet_max_bandwidth_out: "InternetMaxBandwidthOut",
  key_name: "KeyPairName",
  memory: "Memory",
  os_name: "OSName",
  os_type: "OSType",
  resource_group_id: "ResourceGroupId",
  spot_strategy: "SpotStrategy",
  start_time: "StartTime",
  status: "Status",
  stopped_mode: "StoppedMode",
};

/** Attribute -> member of DescribeDisks. */
export const diskMembers: Readonly<Record<string, string>> = {
  system_disk_id: "DiskId",
  system_disk_category: "Category",
  system_disk_size: "Size",
  system_disk_name: "DiskName",
  system_disk_description: "Description",
  system_disk_performance_level: "PerformanceLevel",
  system_disk_encrypted: "Encrypted",
};
