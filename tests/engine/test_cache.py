"""What a container puts into a cache is there for the next one, though neither runs as root."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.engine.project import Project

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

_PROGRAM = """\
env caching <
  python 3.12
  cache {name} mounted at "/cache/own"
  run "python" "-c" "import os; f = '/cache/own/x'; print(os.getuid(), os.path.exists(f)); open(f, 'a')"
>
"""


def test_a_cache_outlives_the_container(lab: Lab, tmp_path: Path) -> None:
    """The second container finds what the first one wrote; so does one under another user of group 0."""
    name = f"c{lab.session}".lower().replace("_", "-")
    project = Project(tmp_path / "project", "caching", lab.environment)
    (project.folder / "lockfiles").mkdir(parents=True)
    project.program.write_text(_PROGRAM.format(name=name))
    try:
        project.build("--lock")
        first, second, other = (
            project.envc("run", *words)
            for words in ((), (), ("--user", "4321:0", "--", "python", "-c", "open('/cache/own/y', 'x')"))
        )
        assert (first.returncode, first.stdout) == (0, "1000 False\n"), first.stderr
        assert (second.returncode, second.stdout) == (0, "1000 True\n"), second.stderr
        assert other.returncode == 0, other.stderr
    finally:
        lab.docker.volumes.get(f"{name}._cache").remove(force=True)
        for image in project.images:
            lab.docker.images.remove(image, force=True)
