"""The types of what `target` is told: names of registries, of Kubernetes, of Slurm."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from envc.language.values import Text, refuse

_REPOSITORY = re.compile(
    r"(?=.{1,255}$)([a-z0-9]+(?:[.-][a-z0-9]+)*(?::[0-9]{1,5})?/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
    r"(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
)
_DNS_LABEL = re.compile(r"(?=.{1,63}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_PREFIX = r"(?:(?=[^/]{1,253}/)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*/)"
_PLAIN = r"(?=[^/]{1,63}$)[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_LABEL_KEY = re.compile(f"{_PREFIX}?{_PLAIN}")
_RESOURCE = re.compile(f"{_PREFIX}{_PLAIN}")
_LABEL_VALUE = re.compile(f"(?:{_PLAIN})?")
_SLURM_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.,+-]{0,127}")
_CONSTRAINT = re.compile(r"[A-Za-z0-9_.,:&|*()\[\]-]{1,256}")
_HOST_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9_.@+-]+)+")
_INTERFACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")


def _matching(pattern: re.Pattern[str], name: str, message: str) -> AfterValidator:
    return AfterValidator(lambda text: text if pattern.fullmatch(text) else refuse(name, message))


def label_pairs(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return labels of nodes, each a name and a value, as they are. Raises the refusal of one that is none."""
    if len(texts) % 2:
        refuse("missing-argument", "each label is a name and a value")
    if not all(map(_LABEL_KEY.fullmatch, texts[::2])):
        refuse("unusable-name", "a label of Kubernetes is like gpu.class or example.org/class")
    if not all(map(_LABEL_VALUE.fullmatch, texts[1::2])):
        refuse("unusable-name", "a label's value has at most 63 letters, digits and - . _")
    return texts


def resource_pairs(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return resources of nodes, each a name and a number, as they are. Raises the refusal of one that is none."""
    if len(texts) % 2:
        refuse("missing-argument", "each resource is a name and a number")
    if not all(map(_RESOURCE.fullmatch, texts[::2])):
        refuse("unusable-name", "a resource of a device plug-in is like rdma/hca_shared_devices_a")
    if not all(re.fullmatch(r"[1-9][0-9]{0,3}", text) for text in texts[1::2]):
        refuse("unreadable-number", "how many, from 1 to 9999")
    return texts


#: A folder of the machines.
HostPath = Annotated[
    Text, _matching(_HOST_PATH, "path-not-absolute", 'a folder of the machines begins with "/" and has no blanks')
]
#: A registry and a path, without a tag.
Repository = Annotated[
    Text,
    _matching(_REPOSITORY, "unreadable-image", "a registry and a path, without a tag: the tag is the hash"),
]
#: A name that can be part of a host's name: a namespace, a claim.
DnsLabel = Annotated[
    Text, _matching(_DNS_LABEL, "unusable-name", "at most 63 lower-case letters, digits and - between them")
]
#: A name as Slurm has them for partitions, accounts and qualities of service.
SlurmName = Annotated[
    Text, _matching(_SLURM_NAME, "unusable-name", "Slurm's names have letters, digits and _ . - , + only")
]
#: Features that a node of Slurm must have.
Constraint = Annotated[
    Text, _matching(_CONSTRAINT, "unusable-name", "features of nodes, such as a100 or [rack1|rack2]")
]
#: A network interface, or an adapter.
Interface = Annotated[Text, _matching(_INTERFACE, "unusable-name", "an interface is like eth0, an adapter like mlx5_0")]
