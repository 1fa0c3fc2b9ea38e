"""Fills a project by the Python SDK alone: logstores, indexes, machine groups, a config of each of its detail classes."""

import os
import sys

from aliyun.log import IndexConfig, LogClient
from aliyun.log.index_config import IndexKeyConfig, IndexLineConfig
from aliyun.log.logtail_config_detail import (
    ApsaraFileConfigDetail,
    FullRegFileConfigDetail,
    JsonFileConfigDetail,
    PluginConfigDetail,
    SeperatorFileConfigDetail,
    SimpleFileConfigDetail,
    SyslogConfigDetail,
)
from aliyun.log.logtail_pipeline_config_detail import LogtailPipelineConfigDetail
from aliyun.log.machine_group_detail import MachineGroupDetail

endpoint, project = sys.argv[1:3]
client = LogClient(endpoint, os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"], os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"])
client.create_project(project, 'filled by "python"\n')
client.tag_resources("project", project, team="logs", stage="dev") if hasattr(client, "tag_resources") else None

token = list(", '\";=()[]{}?@&<>/:\n\t\r")
client.create_logstore(project, "syslog", ttl=7, shard_count=1)
client.create_index(project, "syslog", IndexConfig(7, IndexLineConfig(token), {"msg": IndexKeyConfig(token, doc_value=True)}))
client.create_logstore(project, "app-json", ttl=3650, shard_count=3, auto_split=False, append_meta=False)
keys = {
    "status": IndexKeyConfig(index_type="long", doc_value=True),
    "took": IndexKeyConfig(index_type="double", doc_value=False),
    "trace": IndexKeyConfig([",", " "], True, "text", alias="t", doc_value=True),
}
client.create_index(project, "app-json", IndexConfig(7, None, keys))
client.create_logstore(project, "bare", ttl=30, shard_count=2, enable_tracking=True)

client.create_machine_group(project, MachineGroupDetail("vms", "userdefined", ["logtail-id", "other-id"], "", {"groupTopic": "web"}))
client.create_machine_group(project, MachineGroupDetail("by-address", "ip", ["10.0.0.1", "10.0.0.2"], "", {}))

configs = [
    SyslogConfigDetail("syslog", "c-syslog", "sys_tag"),
    SyslogConfigDetail("syslog", "c-syslog-filtered", "tag_2", filterKey=["level"], filterRegex=["ERROR|WARN"]),
    SimpleFileConfigDetail("bare", "c-simple", "/var/log/app", "*.log"),
    FullRegFileConfigDetail(
        "bare", "c-regex", "/var/log/nginx", "access.log", "10.0.0.1 GET /", logBeginRegex=r"\d+.*", regex=r"(\S+) (\S+) (.*)",
        key=["ip", "method", "path"], timeFormat="%d/%b/%Y:%H:%M:%S", topicFormat="group_topic", fileEncoding="gbk", maxDepth=3,
    ),
    JsonFileConfigDetail("app-json", "c-json", "/srv/app", "*.json", timeKey="time", timeFormat="%Y-%m-%dT%H:%M:%S"),
    SeperatorFileConfigDetail("bare", "c-delimiter", "/data", "a.csv", "1,2", ",", ["a", "b"], quote='"', autoExtend=False),
    ApsaraFileConfigDetail("bare", "c-apsara", "/apsara", "*.LOG", r"\[\d+-\d+-\d+.*"),
    PluginConfigDetail("syslog", "c-plugin", {"inputs": [{"type": "service_syslog", "detail": {"Address": "tcp://127.0.0.1:9999", "ParseProtocol": "rfc5424"}}]}),
]
for n, config in enumerate(configs):
    client.create_logtail_config(project, config)
    client.apply_config_to_machine_group(project, config.config_name, "vms" if n % 2 == 0 else "by-address")
client.apply_config_to_machine_group(project, "c-json", "by-address")
client.create_logtail_config(project, SyslogConfigDetail("syslog", "c-unbound", "nobody"))

# Configs that the older form cannot say: containers' output, and two folders; one that it can.
flusher = {"Type": "flusher_sls", "Logstore": "bare", "Region": "cn-hangzhou", "Endpoint": "cn-hangzhou-intranet.log.aliyuncs.com"}
stdio = {"Type": "input_container_stdio", "IgnoringStderr": True, "ContainerFilters": {"K8sNamespaceRegex": "^(a|${b})$"}}
grok = {"Type": "processor_parse_regex_native", "SourceKey": "content", "Regex": "(%{x}) (.*)", "Keys": ["a", "b"]}
pipelines = [
    LogtailPipelineConfigDetail("p-containers", [stdio], [{**flusher, "CompressType": "zstd", "TelemetryType": "logs"}]),
    LogtailPipelineConfigDetail(
        "p-folders", [{"Type": "input_file", "FilePaths": ["/a/*.log", "/b/*.log"]}], [flusher], log_sample="one\ntwo",
        global_config={"TopicType": "custom", "TopicFormat": "t"}, processors=[grok],
    ),
    LogtailPipelineConfigDetail("p-plain", [{"Type": "input_file", "FilePaths": ["/a/x.log"], "MaxDirSearchDepth": 0}], [flusher]),
]
for config in pipelines:
    client.create_logtail_pipeline_config(project, config)
client.apply_config_to_machine_group(project, "p-containers", "vms")
