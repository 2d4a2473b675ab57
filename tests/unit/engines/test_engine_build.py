"""What is asked of `docker buildx`, and what is said when it fails."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from envc.diagnostics import Report
from envc.engines.docker.build import command_line, failed
from envc.engines.docker.image import layers_of, made_by
from envc.engines.docker.progress import Failure
from envc.engines.protocol import EPOCH, BuildRequest, Step, shortened, without_mounts

REQUEST = BuildRequest(
    context=Path("/project"),
    dockerfile=Path("/project/build/train/Dockerfile"),
    tags=("train:abc", "mine"),
    platform="linux/amd64",
    arguments=(("PYTORCH_INDEX", "https://mirror.example/simple"),),
    secrets=(("envc-pip", Path("/private/pip.conf")),),
)


def test_the_command_line_loads_the_image_with_a_fixed_time_and_no_provenance() -> None:
    words = command_line(REQUEST)
    assert words[:6] == ["docker", "buildx", "build", "--progress=rawjson", "--provenance=false", "--load"]
    pairs = list(pairwise(words))
    assert ("--build-arg", f"SOURCE_DATE_EPOCH={EPOCH}") in pairs
    assert ("--build-arg", "PYTORCH_INDEX=https://mirror.example/simple") in pairs
    assert ("--secret", "id=envc-pip,src=/private/pip.conf") in pairs
    assert [value for name, value in pairs if name == "--tag"] == ["train:abc", "mine"]
    assert words[-1] == "/project"
    assert "--no-cache" not in words
    assert "--no-cache" in command_line(REQUEST._replace(cached=False))


def test_a_build_without_network_says_where_its_contexts_are() -> None:
    layout = "oci-layout:///v/images@sha256:1"
    words = command_line(REQUEST._replace(network=False, contexts=(("python:3.12", layout), ("wheels", "/v=1/w"))))
    assert "--network=none" in words
    assert "--network=none" not in command_line(REQUEST)
    found = [value for name, value in pairwise(words) if name == "--build-context"]
    assert found == [f"python:3.12={layout}", "wheels=/v=1/w"]


def only(report: Report) -> tuple[str, str, str, int]:
    (one,) = report.diagnostics
    return one.name, one.message, "\n".join(one.notes), report.exit_code


def test_a_failed_step_is_named_with_the_end_of_its_log_and_without_mounts() -> None:
    step = "[builder 4/5] RUN --mount=type=secret,id=envc-pip,target=/etc/pip.conf   pip install  torch"
    reason = 'process "/bin/sh -c pip install torch" did not complete successfully: exit code: 1'
    name, message, notes, code = only(failed(REQUEST, Failure(step, reason, ("Collecting torch", "ERROR: no")), ()))
    assert (name, code) == ("build-failed", 3)
    assert message == "the step `[builder 4/5] RUN pip install torch` failed"
    assert "exit code 1" in notes
    assert "ERROR: no" in notes
    assert "mount" not in notes


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "E: Version '1:2.39-1' for 'git' was not found",
            "system-package-gone: the archive no longer has `git` 1:2.39-1",
        ),
        (
            "/var/cache/packages-as-locked: FAILED",
            "other-system-packages: after the step dpkg lists other packages than the lock",
        ),
    ],
)
def test_what_went_wrong_with_system_packages_has_a_name(line: str, expected: str) -> None:
    failure = Failure(
        "[2/2] RUN apt-get install git=1:2.39-1", "did not complete successfully: exit code: 100", (line,)
    )
    name, message, _, code = only(failed(REQUEST, failure, ()))
    assert (f"{name}: {message}", code) == (expected, 3)


@pytest.mark.parametrize(
    "reason",
    ["digest mismatch sha256:e3: sha256:00", "failed to load cache key: invalid response status 401", "status 403"],
)
def test_a_file_that_may_need_a_login_says_how_it_is_built(reason: str) -> None:
    """BuildKit takes the page of a refusal for the file, and names only its checksum."""
    step = "[package-files-inference 1/1] ADD --checksum=sha256:00 https://h.example/a.deb /a.deb"
    (found,) = failed(REQUEST, Failure(step, reason, ()), ()).diagnostics
    assert "`envc vendor --to FOLDER`" in found.helps[0]
    for other in (step.replace("https://", ""), step.replace("ADD", "COPY")):
        (found,) = failed(REQUEST, Failure(other, reason, ()), ()).diagnostics
        assert "vendor" not in "".join(found.helps)
    (found,) = failed(REQUEST, Failure(step, "no route to host", ()), ()).diagnostics
    assert "vendor" not in "".join(found.helps)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ModuleNotFoundError: No module named 'torch'", "`build ops … with packages` lets the steps see"),
        ("ModuleNotFoundError: No module named 'torch.utils'", "and torch must be one of them"),
        ("ops.c:1:10: fatal error: zlib.h: No such file or directory", "what brings `zlib.h`"),
        ("/bin/sh: 1: cmake: not found", "what brings `cmake`, for building alone"),
        ("bash: line 3: ninja: command not found", "what brings `ninja`"),
        ("make: gcc: No such file or directory", "what brings `gcc`"),
        ("make[2]: g++: No such file or directory", "what brings `g++`"),
        ('error during container init: exec: "make": executable file not found in $PATH', "what brings `make`"),
        ("curl: (6) Could not resolve host: example.org", "`envc explain network-in-build`"),
        ("./configure: line 12: cmake: command not found", "installs what brings `cmake`"),
        ("./build.sh: 3: ninja: not found", "installs what brings `ninja`"),
        ("/usr/bin/env: 'ninja': No such file or directory", "installs what brings `ninja`"),
        ("/usr/bin/env: \u2018python2\u2019: No such file or directory", "installs what brings `python2`"),
        ("env: node: No such file or directory", "installs what brings `node`"),
        ("/usr/bin/ld: cannot find -lz: No such file or directory", "installs what brings `-lz`"),
        ("/usr/bin/ld: cannot find -lstdc++fs", "installs what brings `-lstdc++fs`"),
        ("ld.lld: error: unable to find library -lz", "installs what brings `-lz`"),
        ("dial tcp: lookup proxy.golang.org: no such host", "`envc explain network-in-build`"),
        (
            "npm error request failed, reason: getaddrinfo ENOTFOUND registry.example.org",
            "`envc explain network-in-build`",
        ),
        ("wget: unable to resolve host address \u2018example.org\u2019", "`envc explain network-in-build`"),
        ("Temporary failure in name resolution", "`envc explain network-in-build`"),
    ],
)
def test_what_a_step_of_a_build_lacks_is_said_how_to_bring(line: str, said: str) -> None:
    failure = Failure("[build-ops 4/6] RUN make", "exit code: 1", ("first", line, "make: *** [all] Error 1"))
    (found,) = failed(REQUEST, failure, ()).diagnostics
    assert said in found.helps[0]
    (other,) = failed(REQUEST, failure._replace(step="[builder 4/6] RUN make"), ()).diagnostics
    assert len(other.helps) == len(found.helps) - 1


def test_other_failures_of_a_build_are_left_as_they_are() -> None:
    (found,) = failed(
        REQUEST, Failure("[build-ops 4/6] RUN make", "exit code: 2", ("a.c:1: error: x",)), ()
    ).diagnostics
    assert len(found.helps) == 1


def test_credentials_in_addresses_are_never_shown() -> None:
    log = ("Looking in indexes: https://ada:geheim@mirror.example/simple",)
    failure = Failure(
        "[2/2] RUN curl https://ada:geheim@mirror.example", "https://geheim@mirror.example: not found", log
    )
    _, message, notes, _ = only(failed(REQUEST, failure, ("https://ada:geheim@mirror.example",)))
    assert "geheim" not in message + notes
    assert "mirror.example" in notes


def test_a_build_without_a_failed_step_says_the_clients_last_line() -> None:
    name, message, notes, _ = only(failed(REQUEST, None, ("ERROR: failed to build: invalid tag: x",)))
    assert (name, message, notes) == ("build-failed", "the image was not built", "invalid tag: x")


def test_an_engine_that_is_gone_is_no_failed_build() -> None:
    name, *_ = only(failed(REQUEST, None, ("ERROR: Cannot connect to the Docker daemon at unix:///x.sock.",)))
    assert name == "no-engine"


def test_names_of_steps_are_one_line_of_limited_length() -> None:
    assert without_mounts("RUN --mount=type=cache,target=/c \\\n a  b") == "RUN \\ a b"
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abcde…"
    assert len(Step("1", "x" * 500, "done").short) == 90


def test_layers_of_the_base_are_told_apart_by_their_time() -> None:
    history = [  # newest first, as Docker has it
        {"Created": EPOCH, "CreatedBy": 'CMD ["python"]', "Size": 0},
        {"Created": EPOCH, "CreatedBy": "COPY /opt/venv /opt/venv # buildkit", "Size": 300},
        {"Created": 1_750_032_000, "CreatedBy": "ADD rootfs.tar / # buildkit", "Size": 200},
    ]
    assert [(layer.size, layer.made_by, layer.of_base) for layer in layers_of(history, EPOCH)] == [
        (200, "ADD rootfs.tar /", True),
        (300, "COPY /opt/venv /opt/venv", False),
    ]


def test_what_made_a_layer_is_shown_as_it_was_written() -> None:
    assert made_by("RUN /bin/sh -c mkdir -p /app # buildkit") == "RUN mkdir -p /app"
    assert made_by("RUN |1 VERSION=3.12 /bin/sh -c make   all # buildkit") == "RUN make all"
