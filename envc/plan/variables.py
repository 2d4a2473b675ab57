"""The environment variables of the container: those that the program sets, and those that follow from it."""

from __future__ import annotations

from envc.knowledge.values import minor
from envc.language.cluster_facets import Launch
from envc.language.environment import Environment
from envc.language.facets import Accelerator, ResourceLimit, Setting, User
from envc.language.stage_facets import BuilderSetting
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
    accelerator = environment.one(Accelerator)
    launch = environment.one(Launch)
    if limit and limit.cpu:
        ranks = (launch.each or (accelerator and accelerator.number) or 1) if launch else 1  # they share processors
        variables["OMP_NUM_THREADS"] = str(max(1, limit.cpu // (1000 * ranks)))
    if accelerator and not accelerator.rocm:
        variables.update(_gpu_variables(accelerator, lock))
    variables.update({setting.name: setting.value for setting in environment.every(Setting)})
    return tuple(sorted(variables.items()))


def builder_variables_of(environment: Environment, lock: Lock) -> tuple[Pair, ...]:
    """Return what only the builder's steps read, sorted by name. What the program sets wins over what is derived.

    Which GPUs PyTorch's extensions are compiled for; and where CUDA's compilers are, which is there without a GPU, too.
    """
    variables: dict[str, str] = {}
    accelerator = environment.one(Accelerator)
    if accelerator and accelerator.architectures:
        amd = all(architecture.startswith("gfx") for architecture in accelerator.architectures)
        variables["PYTORCH_ROCM_ARCH" if amd else "TORCH_CUDA_ARCH_LIST"] = ";".join(accelerator.architectures)
    if lock.compiler:
        variables |= {"CUDA_HOME": "/usr/local/cuda", "FORCE_CUDA": "1"}
    variables.update({one.setting.name: one.setting.value for one in environment.every(BuilderSetting)})
    return tuple(sorted(variables.items()))


def _gpu_variables(accelerator: Accelerator, lock: Lock) -> dict[str, str]:
    """Return what exposes GPUs to the container, as NVIDIA's own images have it.

    In NVIDIA_REQUIRE_CUDA a comma means and, a blank means or (NVIDIA Container Toolkit, environment variables).
    """
    variables = {"NVIDIA_VISIBLE_DEVICES": "all", "NVIDIA_DRIVER_CAPABILITIES": "compute,utility"}
    driver = lock.accelerator.driver if lock.accelerator else None
    if accelerator.cuda and not accelerator.optional:
        variables["NVIDIA_REQUIRE_CUDA"] = f"cuda>={minor(accelerator.cuda)}" + (f",driver>={driver}" if driver else "")
    elif accelerator.models and driver and not accelerator.optional:
        variables["NVIDIA_REQUIRE_CUDA"] = f"driver>={driver}"
    return variables
