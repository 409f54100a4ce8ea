"""The list to which every migration adds itself, in the order in which its module is read."""

from sqlite_utils import Migrations

migrations = Migrations("gangway")
