"""Fixtures of the Python SDK's suite, and the record of what it did: one JSON object a line in CLIENTS_REPORT.

`npm run test:clients -- python-sdk` starts the local cloud, puts its proxy, certificates and key into the environment, and runs this.
"""

import functools
import inspect
import json
import os
import socket
import threading
import time
from importlib.metadata import version

import pytest
from aliyun.log import IndexConfig, LogClient, LogItem, PutLogsRequest
from aliyun.log.index_config import IndexKeyConfig, IndexLineConfig
from aliyun.log.logexception import LogException

KEY_ID = os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"]
KEY_SECRET = os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"]
REGION = os.environ["ALIBABA_CLOUD_REGION"]
PORT = os.environ["CLIENTS_URL"].rsplit(":", 1)[1]
HOST = REGION + ".log.aliyuncs.com"
TOKEN = list(" ,'\";=()[]{}?@&<>/:\n\t\r")

# endpoint, signature: as a proxy in absolute form, through CONNECT, and straight to the port.
TRANSPORTS = {
    "http proxy, v1": (HOST, "v1"),
    "http proxy, v4": (HOST, "v4"),
    "https through CONNECT, v1": ("https://" + HOST, "v1"),
    "https through CONNECT, v4": ("https://" + HOST, "v4"),
    "direct http, v1": ("%s.sls.test:%s" % (REGION, PORT), "v1"),
    "direct https, v4": ("https://%s.sls.test:%s" % (REGION, PORT), "v4"),
}


def report(line):
    with open(os.environ["CLIENTS_REPORT"], "a") as file:
        file.write(json.dumps(line) + "\n")


def count_calls():
    """Every public method that a test calls is reported; those that the SDK calls in turn are not."""
    busy = threading.local()

    def counted(name, method):
        @functools.wraps(method)
        def call(*args, **kwargs):
            outermost = not getattr(busy, "is", False)
            if outermost:
                report({"call": name})
            busy.__dict__["is"] = True
            try:
                return method(*args, **kwargs)
            finally:
                if outermost:
                    busy.__dict__["is"] = False

        return call

    for name, method in inspect.getmembers(LogClient, inspect.isfunction):
        if not name.startswith(("_", "set_")):
            setattr(LogClient, name, counted(name, method))


def resolve_our_zone():
    """What a DNS wildcard does for `*.sls.test`."""
    real = socket.getaddrinfo

    def getaddrinfo(host, *args, **kwargs):
        return real("127.0.0.1" if str(host).endswith("sls.test") else host, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = os.environ.get(name, "") + ",.sls.test"


count_calls()
resolve_our_zone()


def pytest_configure():
    report({"version": version("aliyun-log-python-sdk")})


def pytest_runtest_logreport(report):
    # A test that failed while it was set up or cleaned up failed as well.
    if report.when == "call" or not report.passed:
        from conftest import report as write

        line = {"test": report.nodeid, "outcome": report.outcome}
        if report.failed:
            line["message"] = str(report.longrepr)
        write(line)


def connect(transport="http proxy, v1", secret=KEY_SECRET):
    endpoint, sign = TRANSPORTS[transport]
    return LogClient(endpoint, KEY_ID, secret, source="10.0.0.7", auth_version=sign, region=REGION)


def code_of(call, *args, **kwargs):
    """The service's error code; None when it did not refuse."""
    try:
        call(*args, **kwargs)
    except LogException as error:
        return error.get_error_code()
    return None


def index_config():
    line = IndexLineConfig(TOKEN, False, None, None)
    text = lambda: IndexKeyConfig(TOKEN, False, "text", doc_value=True)
    return IndexConfig(7, line, {"app-name": text(), "msg": text(), "n": IndexKeyConfig(index_type="long", doc_value=True)})


def put(client, project, logstore, texts, topic="topic", **options):
    items = []
    for n, text in enumerate(texts):
        # One clock for both parts: left to itself, the SDK takes the nanoseconds of another second, and the order is lost.
        seconds, nanos = divmod(time.time_ns(), 10**9)
        items.append(LogItem(seconds, [("app-name", "todo-list"), ("msg", text), ("n", str(n))], nanos))
    return client.put_logs(PutLogsRequest(project, logstore, topic, "10.0.0.7", items, **options))


@pytest.fixture(scope="session")
def client():
    return connect()


@pytest.fixture(scope="module")
def project(client, request):
    """A project of the module's own."""
    name = "pysdk-" + request.module.__name__.removeprefix("test_").replace("_", "-")
    client.create_project(name, "made by python")
    yield name
    client.delete_project(name)


@pytest.fixture(scope="module")
def logstore(client, project):
    """An indexed logstore with two shards."""
    client.create_logstore(project, "python-logstore", ttl=7, shard_count=2)
    client.create_index(project, "python-logstore", index_config())
    return "python-logstore"
