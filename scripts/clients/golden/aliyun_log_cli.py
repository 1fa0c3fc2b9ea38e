"""Runs the given `aliyunlog` command with a clock that stands still."""

import frozen_clock  # noqa: F401 - stops the clock
from aliyunlogcli.cli_core import main

main()
