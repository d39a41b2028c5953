#!/usr/bin/env python
"""Django's command line for CityGrid."""

import os
import sys

from citygrid import sqlite_driver


def main() -> None:
    sqlite_driver.install()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citygrid.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - the driver swap comes first

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
