"""What the name of a base says before anybody is asked: whether apt is there, for the image and for what is built."""

from __future__ import annotations

import pytest

from envc.diagnostics import Diagnostic, Report
from envc.lock.base import choose_base
from tests.unit.lock.world import LIBRARY, PLATFORM, environment

BUILD = 'build app project "src" < apt gcc make; run "make install"; keeps "/opt/app" >; run "/opt/app/bin/app"'


def refused(block: str) -> Diagnostic | None:
    """Return what is said of an environment's base; None where its name says nothing against it."""
    try:
        choose_base(environment(f"env train < {block} >"), PLATFORM, LIBRARY)
    except Report as report:
        (found,) = report.diagnostics
        return found
    return None


@pytest.mark.parametrize("base", ["alpine:3.20", "fedora:40", "centos:7", "amazonlinux:2023", "rockylinux:9"])
@pytest.mark.parametrize("asked", ['apt git; run "bash"', BUILD])
def test_a_system_without_apt_has_none_for_what_is_built_either(base: str, asked: str) -> None:
    found = refused(f'base "{base}"; {asked}')
    assert found is not None
    assert found.name == "no-apt-in-base"


def test_each_package_of_a_build_is_shown() -> None:
    found = refused(f'base "fedora:40"; apt git; {BUILD}')
    assert found is not None
    assert [label.span.text for label in found.labels] == ['"fedora:40"', "git", "gcc", "make"]


@pytest.mark.parametrize(
    "block",
    [
        f'base "debian:bookworm-slim"; {BUILD}',
        f'base "example.org/team/fedora-like:40"; {BUILD}',
        'base "fedora:40"; build app project "src" < run "make install"; keeps "/opt/app" >; run "/opt/app/bin/app"',
    ],
)
def test_a_build_may_have_packages_elsewhere_and_none_here(block: str) -> None:
    assert refused(block) is None


def test_a_registry_with_images_without_a_shell_is_read_first() -> None:
    """What is built for one of those stands on the official Python image, on Debian."""
    image = "registry.access.redhat.com/hi/core-runtime:1.0"
    assert refused(f'base "{image}"; {BUILD}') is None
    found = refused(f'base "{image}"; apt git; {BUILD}')
    assert found is not None
    assert [label.span.text for label in found.labels] == [f'"{image}"', "git"]


def test_beside_compilers_of_cuda_a_build_has_ubuntus_packages() -> None:
    image = 'base "nvidia/cuda:12.6.3-runtime-ubi9"; python 3.12; gpu cuda 12.6; ml torch 2.7.1'
    found = refused(f"{image}; {BUILD}")
    assert found is not None
    assert found.name == "no-apt-in-base"
    assert refused(f"{image}; ml < flash-attn 2.7.4 from source >; {BUILD}") is None


@pytest.mark.parametrize(
    ("base", "asked"),
    [
        ("registry.corp.com/mirror/nvidia/cuda:12.4.1-runtime-ubuntu22.04", "12.4 runtime"),
        ("pytorch/pytorch:2.6.0-cuda12.4-cudnn9-devel", "12.4 devel"),
        ("nvcr.io/nvidia/pytorch:25.04-py3", "12.9 devel cudnn 9"),
        ("registry.corp.com/ml/train:1.4-devel", "12.4 devel"),
        ("registry.corp.com/ml/train:1.4-cu124", "12.4 runtime"),
    ],
)
def test_an_image_that_may_bring_cuda_may_bring_its_flavour(base: str, asked: str) -> None:
    assert refused(f'base "{base}"; gpu cuda {asked}') is None


@pytest.mark.parametrize("base", ["ubuntu:24.04", "debian:trixie", "python:3.12", "registry.corp.com/ml/train:1.4"])
def test_an_image_without_a_word_of_cuda_brings_no_flavour(base: str) -> None:
    found = refused(f'base "{base}"; gpu cuda 12.4 devel')
    assert found is not None
    assert found.name == "contradiction"
