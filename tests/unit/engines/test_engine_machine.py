"""What a build gets from this machine, and what is said when no engine is there."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from envc import engines
from envc.cli.build_progress import showing_build, step_line
from envc.cli.build_secrets import CERTIFICATES, certificates_of, configuration_of, index_arguments, secrets_of
from envc.cli.sizes import memory_text, size_text
from envc.diagnostics import Report
from envc.engines.protocol import Engine, Runner, Step
from envc.resolvers.settings import Settings


def test_a_machine_with_nothing_to_say_gives_nothing() -> None:
    with secrets_of(Settings(), {}) as secrets:
        assert secrets == ()


def test_only_what_the_builder_can_use_is_passed_on() -> None:
    settings = Settings(
        main_index="https://ada:geheim@mirror.example/simple",
        extra_indexes=("file:///local", "http://extra.example/simple"),
        no_index=True,
        find_links=("/wheels",),
        trusted_hosts=("mirror.example",),
        cert="/etc/office.pem",
        client_cert="/home/ada/key.pem",
        proxy="http://proxy.example:3128",
        keyring_provider="subprocess",
    )
    text = configuration_of(settings, with_certificates=True)
    assert text is not None
    assert sorted(text.splitlines()) == sorted(
        [
            "[global]",
            "index-url = https://ada:geheim@mirror.example/simple",
            "extra-index-url = http://extra.example/simple",
            "trusted-host = mirror.example",
            f"cert = {CERTIFICATES}",
            "proxy = http://proxy.example:3128",
        ]
    )
    assert configuration_of(Settings(find_links=("/wheels",), main_index="file:///x"), with_certificates=False) is None


def test_the_configuration_is_private_and_gone_afterwards(tmp_path: Path) -> None:
    bundle = tmp_path / "office.pem"
    bundle.touch()
    with secrets_of(Settings(proxy="http://proxy.example"), {"SSL_CERT_FILE": str(bundle)}) as secrets:
        files = dict(secrets)
        file = files["envc-pip"]
        assert files["envc-certificates"] == bundle
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert not file.parent.exists()
    assert bundle.exists()


def test_the_first_bundle_that_is_there_is_taken(tmp_path: Path) -> None:
    one, other = tmp_path / "one.pem", tmp_path / "other.pem"
    one.touch()
    other.touch()
    environ = {"REQUESTS_CA_BUNDLE": str(other), "SSL_CERT_FILE": str(one)}
    assert certificates_of(Settings(), environ) == other
    assert certificates_of(Settings(cert=str(one)), environ) == one
    assert certificates_of(Settings(cert=str(tmp_path / "gone.pem")), {}) is None


def test_a_mirror_of_a_named_index_is_a_build_argument() -> None:
    indexes = {"pytorch-cu118": "https://public.example/cu118", "other": None}
    mirror = {"ENVC_INDEX_PYTORCH_CU118": "https://mirror.example/cu118"}
    assert index_arguments(indexes, mirror) == (("PYTORCH_CU118_INDEX", "https://mirror.example/cu118"),)
    assert index_arguments(indexes, {"ENVC_INDEX_PYTORCH_CU118": "https://public.example/cu118"}) == ()
    assert index_arguments(indexes, {}) == ()


@pytest.mark.parametrize(
    "address", ["https://ada:geheim@m.example/", "https://geheim@m.example/", "https://m.example/?t=geheim"]
)
def test_a_mirror_with_credentials_is_refused_and_not_shown(address: str) -> None:
    with pytest.raises(Report) as caught:
        index_arguments({"pytorch": None}, {"ENVC_INDEX_PYTORCH": address})
    (one,) = caught.value.diagnostics
    assert one.name == "index-with-credentials"
    assert "geheim" not in repr(one)


def test_the_folder_is_walked_and_every_engine_keeps_the_protocol() -> None:
    assert "docker" in engines.names()
    for name in engines.names():
        engine = engines.engine(name)
        assert isinstance(engine, Engine)
        assert engine.name == name
    assert isinstance(engines.engine("docker"), Runner)
    with pytest.raises(Report) as caught:
        engines.engine("cocker")
    assert [one.name for one in caught.value.diagnostics] == ["unknown-engine"]


def test_an_engine_that_is_not_there_is_said_and_leaves_no_socket_open() -> None:
    (state,) = (one for one in engines.states() if one.name == "docker")  # the fast suite's DOCKER_HOST answers nothing
    assert not state.answers
    assert str(state) == "docker: no Docker engine answers"
    docker = engines.engine("docker")
    assert isinstance(docker, Runner)
    with pytest.raises(Report) as caught:
        docker.labels("x")
    assert [one.name for one in caught.value.diagnostics] == ["no-engine"]
    assert caught.value.exit_code == 3


def test_a_line_for_what_took_time_and_none_for_the_rest() -> None:
    assert step_line(Step("1", "[2/2] RUN make :x:", "done", 2.34)) == "    2.3 s  [2/2] RUN make :x:"
    assert step_line(Step("1", "[2/2] RUN make", "running")) == "  begins   [2/2] RUN make"
    assert step_line(Step("1", "[2/2] RUN make", "cached")) == "   cached  [2/2] RUN make"
    assert step_line(Step("1", "[2/2] RUN make", "failed", 1)) == "  failed   [2/2] RUN make"
    assert step_line(Step("1", "[internal] load build context", "done", 0.3)) is None
    assert step_line(Step("1", "exporting to image", "running")) == "  begins   exporting to image"
    assert step_line(Step("1", "[2/2] COPY src src", "running")) is None


def test_a_step_that_ends_again_is_not_said_again(capsys: pytest.CaptureFixture[str]) -> None:
    """BuildKit asks a base several times, and each time it is done."""
    with showing_build("building") as listen:
        for state, seconds in [("running", 0.0), ("done", 3.0), ("running", 3.0), ("done", 3.0), ("done", 4.0)]:
            listen(Step("1", "[1/2] FROM python", state, seconds))  # type: ignore[arg-type]  # a literal of the list
        listen(Step("2", "[2/2] FROM python", "done", 3.0))
    lines = [line.split() for line in capsys.readouterr().err.splitlines()]
    assert [line[0] for line in lines] == ["building", "3.0", "4.0", "3.0"]


def test_sizes_have_three_digits() -> None:
    assert [size_text(size) for size in (0, 999, 1000, 36_900, 315_600_000, 999_600, 5_000_000_000_000)] == [
        *("0 B", "999 B", "1 kB", "36.9 kB", "316 MB", "1 MB", "5 TB")
    ]
    assert [memory_text(size) for size in (512 << 20, 1 << 30, 3 << 29)] == ["512 MiB", "1 GiB", "1.5 GiB"]
