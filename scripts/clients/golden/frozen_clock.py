"""A clock that stands still, for a client in Python that is recorded."""

import datetime as real
import time

AT = 1700000000
time.time = lambda: float(AT)


class FrozenDatetime(real.datetime):
    @classmethod
    def utcnow(cls):
        return cls.utcfromtimestamp(AT)


import aliyun.log.auth  # noqa: E402 - it takes its clock when it is loaded

aliyun.log.auth.datetime = FrozenDatetime
