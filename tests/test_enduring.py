"""The log under a full disk: lines are lost, and nobody fails for it."""

from __future__ import annotations

import errno
import io

from checker.enduring import Enduring


class Disk(io.StringIO):
    """A file on a disk that may be full."""

    is_full = False

    def write(self, text: str) -> int:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)


def test_what_is_given_is_written():
    disk = Disk()
    assert Enduring(disk).write("paged\n") == 6
    assert disk.getvalue() == "paged\n"


def test_what_a_full_disk_refuses_is_lost_without_an_error():
    disk = Disk()
    disk.is_full = True
    Enduring(disk).write("paged\n")
    assert disk.getvalue() == ""


def test_lines_that_were_lost_are_counted_once_there_is_room():
    disk = Disk()
    stream = Enduring(disk)
    disk.is_full = True
    stream.write("one\n")
    stream.write("two\n")
    disk.is_full = False
    stream.write("three\n")
    stream.write("four\n")
    assert disk.getvalue() == "three\n2 lines before this could not be logged\nfour\n"


def test_a_stream_that_is_closed_breaks_nobody():
    disk = Disk()
    disk.close()
    Enduring(disk).write("paged\n")
    assert disk.closed
