"""The environment variables of the container: those that the program sets, and those that follow from it."""

from __future__ import annotations

from envc.language.environment import Environment
from envc.language.facets import Accelerator, ResourceLimit, Setting, User
from envc.lock.model import Lock
from envc.plan.plan import Pair, PythonPart

#: Where Debian and Ubuntu keep the certificates of all authorities in one file.
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


def variables_of(environment: Environment, lock: Lock, python: PythonPart, home: str) -> tuple[Pair, ...]:
    """Return all variables but PATH, sorted by name. What the program sets wins over what is derived."""
    variables = {
        "HOME": home,
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",  # byte code is in the image already
        "PYTHONUNBUFFERED": "1",  # logs arrive when they are written
        "VIRTUAL_ENV": python.environment,
    }
    if lock.interpreter:
        variables["SSL_CERT_FILE"] = CERTIFICATES  # the copied Python's OpenSSL looks elsewhere
    user = environment.one(User)
    if user and user.any_id:  # no entry of /etc/passwd says who that is, and getpass.getuser() would fail
        variables["USER"] = variables["LOGNAME"] = user.name
    limit = environment.one(ResourceLimit)
    if limit and limit.cpu:
        variables["OMP_NUM_THREADS"] = str(max(1, limit.cpu // 1000))
    accelerator = environment.one(Accelerator)
    if accelerator:
        variables.update(_gpu_variables(accelerator, lock))
    variables.update({setting.name: setting.value for setting in environment.every(Setting)})
    return tuple(sorted(variables.items()))


def builder_variables_of(environment: Environment, lock: Lock) -> tuple[Pair, ...]:
    """Return what compilers of the builder read, sorted by name.

    Which GPUs PyTorch's extensions are compiled for; and where CUDA's compilers are, which is there without a GPU, too.
    """
    accelerator = environment.one(Accelerator)
    variables: dict[str, str] = {}
    if accelerator and accelerator.architectures:
        variables["TORCH_CUDA_ARCH_LIST"] = ";".join(accelerator.architectures)
    if lock.compiler:
        variables |= {"CUDA_HOME": "/usr/local/cuda", "FORCE_CUDA": "1"}
    return tuple(sorted(variables.items()))


def _gpu_variables(accelerator: Accelerator, lock: Lock) -> dict[str, str]:
    """Return what exposes GPUs to the container, as NVIDIA's own images have it.

    In NVIDIA_REQUIRE_CUDA a comma means and, a blank means or (NVIDIA Container Toolkit, environment variables).
    """
    variables = {"NVIDIA_VISIBLE_DEVICES": "all", "NVIDIA_DRIVER_CAPABILITIES": "compute,utility"}
    if accelerator.cuda and not accelerator.optional:
        short = ".".join(accelerator.cuda.split(".")[:2])
        driver = lock.accelerator.driver if lock.accelerator else None
        variables["NVIDIA_REQUIRE_CUDA"] = f"cuda>={short}" + (f",driver>={driver}" if driver else "")
    return variables
