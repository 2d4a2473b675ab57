"""Build the image: check, compile, write the files, and build with the engine that answers.

Without an engine the files are written all the same, and one line says that no image was made. The image gets the name
<environment>:<first 12 digits of the reproducibility hash>. Without --lock, a missing or stale lock is an error.
"""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envc.cli import compiling, loading, lock_reading, program_options
from envc.cli.index_secrets import given_secrets, refuse_unknown_secrets, secret_argument

if TYPE_CHECKING:
    from envc.compile import Compiled
    from envc.engines.protocol import Built, Engine
    from envc.lock.files import LockedFiles


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    program_options.program_arguments(parser)
    parser.add_argument("--arg", action="append", default=[], metavar="NAME=VALUE", help="a build argument's value")
    locking = parser.add_mutually_exclusive_group()
    locking.add_argument("--lock", action="store_true", help="lock first, when the lock is missing or stale")
    locking.add_argument("--frozen", action="store_true", help="never lock; so it is without --lock, too")
    parser.add_argument(
        "--engine", help="the engine to build with, docker; then it is an error when it does not answer"
    )
    parser.add_argument("--tag", action="append", default=[], metavar="NAME", help="a further name for the image")
    parser.add_argument(
        "--from",
        dest="vendored",
        type=Path,
        metavar="FOLDER",
        help="build without network from what `envc vendor` made",
    )
    secret_argument(parser)
    parser.add_argument("--no-cache", action="store_true", help="run every step again")
    parser.add_argument("--json", action="store_true", help="print image, layers, steps and hashes as JSON")


def run(options: argparse.Namespace) -> int:
    """Build the image."""
    from envc.sources.writing import write_files

    loaded = loading.load(options)
    refuse_unknown_secrets(given_secrets(options.secret), [loaded.environment])
    locked = _lock(loaded, options)
    compiled = compiling.compile_loaded(loaded, locked, program_options.build_arguments(options.arg))
    write_files(loaded.output_folder, compiled.files, loaded.places.output)
    engine = _engine(options.engine or ("docker" if options.vendored else None))
    if engine and options.vendored:
        built: Built | None = _build_vendored(engine, loaded, locked, compiled, options)
    else:
        built = _build(engine, loaded, compiled, options) if engine else None
    if options.json:
        from envc.cli.console import write_json

        write_json(_as_json(loaded, compiled, built))
    elif built:
        _show(built, compiled, options)
    else:
        _show_no_image(loaded, compiled)
    return 0


def _lock(loaded: loading.Loaded, options: argparse.Namespace) -> LockedFiles:
    if not options.lock:
        return lock_reading.fresh_lock(loaded)
    from envc.cli.choosing import LockOptions
    from envc.cli.locking import lock_one

    secrets = tuple(given_secrets(options.secret).items())
    platforms = (loaded.platform,) if loaded.platform else ()
    locked = lock_one(loaded, LockOptions(platforms=platforms, secrets=secrets))
    return locked[loaded.platform or lock_reading.default_platform(locked)]


def _engine(name: str | None) -> Engine | None:
    """Return the engine of that name, or else the one that answers. Raises a Report when a named one does not."""
    from envc import engines

    if name is None:
        return engines.answering()
    engine = engines.engine(name)
    state = engine.state()
    if not state.answers:
        from envc.diagnostics.diagnostic import world_failed

        raise world_failed(
            "no-engine",
            f"the engine `{name}` does not answer",
            notes=(state.reason,) if state.reason else (),
            helps=("start it; `envc doctor` shows what answers", "without --engine the files are written nevertheless"),
        )
    return engine


def _build(engine: Engine, loaded: loading.Loaded, compiled: Compiled, options: argparse.Namespace) -> Built:
    from envc.cli.build_credentials import all_credentials
    from envc.cli.build_progress import showing_build
    from envc.cli.build_secrets import index_arguments, secrets_of
    from envc.cli.build_snapshots import snapshot_arguments
    from envc.cli.console import show
    from envc.cli.index_secrets import logins_for
    from envc.engines.protocol import BuildRequest
    from envc.resolvers.indexes import variable_of
    from envc.resolvers.pip_tools.settings import Settings, settings_of_this_machine
    from envc.targets.run import image_name

    plan = compiled.plan
    name = image_name(plan, compiled.hashes)
    indexes = {group.index: group.address for group in plan.packages if group.index}
    mirrors = index_arguments(indexes, os.environ) + snapshot_arguments(plan.apt, os.environ)
    settings = settings_of_this_machine() if plan.packages else Settings()
    asked = {name: found for name, public in indexes.items() if (found := os.environ.get(variable_of(name)) or public)}
    own = logins_for(loaded.on(plan.base.platform).environment, given_secrets(options.secret))
    show(own.notes)
    with (
        _ended_by_sigterm(),
        secrets_of(settings, os.environ) as secrets,
        all_credentials(asked, own, settings, os.environ, plan.python.minor) as logins,
        showing_build(f"building {name}") as listen,
    ):
        request = BuildRequest(
            context=loaded.project.root,
            dockerfile=loaded.output_folder / "Dockerfile",
            tags=(name, *options.tag),
            platform=plan.base.platform,
            arguments=mirrors,
            secrets=(*secrets, *logins),
            cached=not options.no_cache,
        )
        return engine.build(request, listen)


def _build_vendored(
    engine: Engine, loaded: loading.Loaded, locked: LockedFiles, compiled: Compiled, options: argparse.Namespace
) -> Built:
    """Build from a folder, without network, secrets and mirrors."""
    from envc.cli.build_progress import showing_build
    from envc.cli.vendoring import checked
    from envc.engines.protocol import BuildRequest
    from envc.sources.writing import write_files
    from envc.targets.dockerfile.vendored import FILE, emit_vendored
    from envc.targets.run import image_name

    plan = compiled.plan
    name = image_name(plan, compiled.hashes)
    with _ended_by_sigterm(), checked(options.vendored, locked, plan) as contexts:
        write_files(loaded.output_folder, emit_vendored(plan, compiled.hashes), loaded.places.output)
        request = BuildRequest(
            context=loaded.project.root,
            dockerfile=loaded.output_folder / FILE,
            tags=(name, *options.tag),
            platform=plan.base.platform,
            cached=not options.no_cache,
            contexts=contexts,
            network=False,
        )
        with showing_build(f"building {name}") as listen:
            return engine.build(request, listen)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the command as Ctrl-C does: what was started is ended, what was written for it is removed."""

    def stop(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _as_json(loaded: loading.Loaded, compiled: Compiled, built: Built | None) -> dict[str, Any]:
    hashes = compiled.hashes
    return {
        "files": [f"{loaded.places.output}/{name}" for name in compiled.files],
        "hashes": {"environment": hashes.environment, "reproducibility": hashes.reproducibility},
        "image": None
        if built is None
        else {
            "name": built.tags[0],
            "tags": list(built.tags),
            "id": built.id,
            "digest": built.digest,
            "size": built.size,
            "layers": [layer._asdict() for layer in built.layers],
            "steps": [{"name": one.name, "state": one.state, "seconds": round(one.seconds, 3)} for one in built.steps],
        },
    }


def _show(built: Built, compiled: Compiled, options: argparse.Namespace) -> None:
    """Say what was made: its size by layer, its hashes, and what to do with it."""
    from envc.cli.console import say
    from envc.cli.sizes import size_text
    from envc.engines.protocol import shortened

    say(f"built {', '.join(built.tags)}", style="bold")
    own = sorted((layer for layer in built.layers if not layer.of_base), key=lambda layer: -layer.size)
    base = [layer.size for layer in built.layers if layer.of_base]
    rows = [(layer.size, shortened(layer.made_by, 80)) for layer in own]
    if base:
        rows.append((sum(base), f"the base image, {compiled.plan.base.inference.partition('@')[0]}"))
    say(f"{size_text(built.size):>9}  in all")
    for size, text in sorted(rows, reverse=True):
        say(f"{size_text(size):>9}  {text}")
    say(f"environment hash      {compiled.hashes.environment}")
    say(f"reproducibility hash  {compiled.hashes.reproducibility}")
    say(f"next: {command_for('run', options)}")


def command_for(command: str, options: argparse.Namespace) -> str:
    """Return the command line that does something else with the same image."""
    from shlex import join

    words = ["envc", command, options.program.as_posix(), *([options.environment] if options.environment else [])]
    words += ["--root", str(options.root)] if options.root else []
    words += [word for value in options.values for word in ("--set", value)]
    return join([*words, *(word for argument in options.arg for word in ("--arg", argument))])


def _show_no_image(loaded: loading.Loaded, compiled: Compiled) -> None:
    """Say in one line that the files are there and the image is not, and what would make it."""
    from envc.cli.console import say
    from envc.targets.run import image_name

    folder = loaded.places.output
    root = os.path.relpath(loaded.project.root, Path.cwd())
    where = "" if root == "." else f"cd {root} && "
    command = f"{where}docker build -f {folder}/Dockerfile -t {image_name(compiled.plan, compiled.hashes)} ."
    say(f"wrote {folder}/, and made no image, because no engine answers; where one does: {command}")
