"""A library that a kept program needs is named, and the program is to blame."""

from __future__ import annotations

from envc.engines.docker.missing_libraries import missing_libraries


def test_each_library_and_who_needs_it_are_named() -> None:
    log = [
        "/usr/local/bin/colmap needs libgomp.so.1, which the image has not",
        "/usr/local/lib/libx.so needs libgomp.so.1, which the image has not",
        "/usr/local/bin/colmap needs libceres.so.3, which the image has not",
    ]
    report = missing_libraries(["ldconfig: warning", *log])
    assert report is not None
    (found,) = report.diagnostics
    assert (found.name, report.exit_code) == ("missing-library", 1)
    assert found.message == "what was compiled needs `libceres.so.3`, `libgomp.so.1`, which the image has not"
    assert "/usr/local/bin/colmap needs libgomp.so.1" in found.notes


def test_another_step_says_nothing_of_libraries() -> None:
    assert missing_libraries(["error: it needs libx, or so"]) is None
