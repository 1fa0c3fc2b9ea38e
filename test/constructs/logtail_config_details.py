"""What the service's Python SDK makes of the wishes of test/constructs/logtail-wishes.ts, as one JSON object."""
import json

from aliyun.log.logtail_config_detail import (
    ApsaraFileConfigDetail,
    FullRegFileConfigDetail,
    JsonFileConfigDetail,
    PluginConfigDetail,
    SeperatorFileConfigDetail,
    SimpleFileConfigDetail,
    SyslogConfigDetail,
)

place = ("web", "config")
here = ("/var/log/app", "*.log")
plain = {"fileEncoding": "utf8", "maxDepth": 0, "discardUnmatch": False}

details = {
    "syslog": SyslogConfigDetail(*place, tag="sys_tag"),
    "simple": SimpleFileConfigDetail(*place, *here, **plain),
    "regex": FullRegFileConfigDetail(
        *place,
        *here,
        logSample="2026-11-21 13:00:00 ERROR boom\n  at main",
        logBeginRegex=r"\d+-\d+-\d+ .*",
        regex=r"(\d+-\d+-\d+ \d+:\d+:\d+) (\S+) (.*)",
        key=["time", "level", "message"],
        timeFormat="%Y-%m-%d %H:%M:%S",
        enableRawLog=True,
        topicFormat=r"/var/log/app/(\w+)\.log",
        fileEncoding="gbk",
        maxDepth=5,
        filterKey=["level"],
        filterRegex=["WARN|ERROR"],
        discardUnmatch=False,
        adjustTimezone=True,
        logTimezone="GMT+08:00",
        maxSendRate=1048576,
        sendRateExpire=1798761600,
        advanced={"blacklist": {"dir_blacklist": ["/var/log/app/old"], "filename_blacklist": ["*.tmp.log"]}},
        sensitive_keys=[
            {
                "key": "message",
                "type": "const",
                "regex_begin": "password=",
                "regex_content": "[^,]+",
                "all": True,
                "const": "***",
            }
        ]
    ),
    "json": JsonFileConfigDetail(
        *place, *here, timeKey="ts", timeFormat="%s", topicFormat="group_topic", discardNonUtf8=True, **plain
    ),
    "delimiter": SeperatorFileConfigDetail(
        *place,
        *here,
        logSample='2026-11-21T13:00:00|"a|b"|login',
        separator="|",
        key=["ts", "user", "action"],
        timeKey="ts",
        timeFormat="%Y-%m-%dT%H:%M:%S",
        topicFormat="customized://audit",
        quote='"',
        acceptNoEnoughKeys=True,
        **plain
    ),
    "apsara": ApsaraFileConfigDetail(
        *place, *here, logBeginRegex=r"\[\d+-\d+-\d+ .*", **dict(plain, discardUnmatch=True)
    ),
    "container": SimpleFileConfigDetail(
        *place,
        "/app/logs",
        "*.log",
        topicFormat="default",
        dockerFile=True,
        dockerIncludeLabel={"app": "web"},
        dockerExcludeEnv={"DEBUG": "1"},
        advanced={"tail_size_kb": 0, "k8s": {"K8sNamespaceRegex": "^prod-"}},
        **plain
    ),
    "plugin": PluginConfigDetail(
        *place,
        plugin={
            "inputs": [{"type": "service_http_server", "detail": {"Address": ":18689", "Format": "sls"}}],
            "processors": [{"type": "processor_json", "detail": {"SourceKey": "content"}}],
        }
    ),
    "plugin-syslog": PluginConfigDetail(
        *place,
        plugin={
            "inputs": [
                {
                    "type": "service_syslog",
                    "detail": {
                        "Address": "udp://0.0.0.0:6514",
                        "ParseProtocol": "rfc5424",
                        "IgnoreParseFailure": True,
                    },
                }
            ],
            "processors": [
                {"type": "processor_filter_regex", "detail": {"Include": {"_severity_": "^(?:[0-4])$"}}},
                {
                    "type": "processor_desensitize",
                    "detail": {
                        "SourceKey": "_content_",
                        "Method": "md5",
                        "Match": "regex",
                        "RegexBegin": "card=",
                        "RegexContent": r"\d+",
                    },
                },
            ],
        }
    ),
}

print(json.dumps({name: detail.to_json() for name, detail in details.items()}))
