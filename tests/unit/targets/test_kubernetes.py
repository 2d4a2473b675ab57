"""The manifest of Kubernetes: valid objects that hold all that the program says, and no secret."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from kubernetes_validate import validate

from envc.plan.fetch import fetch_command, fetched
from envc.targets.kubernetes.values import dns_label, memory, processors, whole_seconds
from tests.properties.compiling import compiled
from tests.unit.targets.reading import amd, full, kubernetes, program, resolved

#: The schema that objects are held against.
VERSION = "1.33"
LAUNCH = ("ml torch", "launch torchrun nodes 4 each 8", 'run "python -m train"')


def pod(text: str) -> dict[str, Any]:
    return dict(kubernetes(text)[-1]["spec"]["template"]["spec"])


def container(text: str) -> dict[str, Any]:
    return dict(pod(text)["containers"][0])


@pytest.mark.parametrize(
    "text",
    [
        program("target kubernetes"),
        full("target kubernetes"),
        full("target kubernetes as job namespace ml retries 3 readonly"),
        full('target kubernetes replicas 3 select gpu.class "h100" image "registry.example.org/ml/train"'),
        full('target kubernetes host "/mnt/shared"'),
        full("target kubernetes claim team-data"),
        full("target kubernetes", **{"user trainer uid 1234": "user any"}),
        full("target kubernetes", **{"user trainer uid 1234": "user root", "shm 1GiB": "", "shareable": "host"}),
        program(*LAUNCH, "gpu count 8", "target kubernetes"),
        program(*LAUNCH, 'fabric infiniband; target kubernetes resource "rdma/hca" 8 < set NCCL_DEBUG INFO >'),
    ],
)
def test_objects_are_what_kubernetes_takes(text: str) -> None:
    """Every field is known and of its type."""
    for one in kubernetes(text):
        validate(one, VERSION, strict=True)


def test_a_program_that_says_everything() -> None:
    text = full("target kubernetes")
    service, deployment = kubernetes(text)
    assert (service["kind"], deployment["kind"]) == ("Service", "Deployment")
    assert service["spec"]["selector"] == deployment["spec"]["selector"]["matchLabels"]
    assert [one["port"] for one in service["spec"]["ports"]] == [53, 8080]
    found = container(text)
    assert [resolved(word) for word in found["command"]] == ["python", "-c", "print('$HOME')"]
    amounts = {"cpu": "1500m", "memory": "2Gi"}
    assert found["resources"] == {"requests": amounts, "limits": {**amounts, "nvidia.com/gpu": "2"}}
    assert found["startupProbe"]["failureThreshold"] == 4
    assert (found["livenessProbe"]["periodSeconds"], found["livenessProbe"]["timeoutSeconds"]) == (15, 2)
    assert found["livenessProbe"]["failureThreshold"] == 4
    assert found["readinessProbe"]["exec"] == found["livenessProbe"]["exec"]
    assert found["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"], "add": ["SYS_NICE"]},
    }
    assert pod(text)["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 1234,
        "runAsGroup": 0,
        "fsGroup": 0,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert pod(text)["nodeSelector"] == {"kubernetes.io/arch": "amd64"}
    first = compiled(text).files["kubernetes.yaml"].split("---")[0]
    assert "Wants these PersistentVolumeClaims: big-v2 runs-v1 torch-cache wine-v1\n" in first
    assert "Wants these Secrets: api-key with the key api-key, client.cert with the key client.cert\n" in first
    assert "must allow: nofile stack\n" in first


def test_volumes() -> None:
    """Claims, one each; what is fetched lies in the pod; shared memory is memory; secrets are files of group 0."""
    found = pod(full("target kubernetes"))
    volumes = {one["name"]: one for one in found["volumes"]}
    mounts = {one["mountPath"]: one for one in found["containers"][0]["volumeMounts"]}
    assert {path: one.get("readOnly", False) for path, one in mounts.items()} == {
        "/data": True,
        "/out": False,
        "/big": True,
        "/net": True,
        "/cache": False,
        "/dev/shm": False,
        "/run/secrets": True,
    }
    assert volumes[mounts["/big"]["name"]]["persistentVolumeClaim"] == {"claimName": "big-v2"}
    assert volumes[mounts["/net"]["name"]]["emptyDir"] == {}
    assert volumes[mounts["/dev/shm"]["name"]]["emptyDir"] == {"medium": "Memory", "sizeLimit": "1Gi"}
    secrets = volumes[mounts["/run/secrets"]["name"]]["projected"]
    assert secrets["defaultMode"] == 0o440
    assert secrets["sources"][1]["secret"] == {
        "name": "client.cert",
        "items": [{"key": "client.cert", "path": "client.cert"}],
    }


def test_one_claim_or_one_folder_for_all() -> None:
    claimed = pod(full("target kubernetes claim team-data"))
    mounts = {one["mountPath"]: one for one in claimed["containers"][0]["volumeMounts"]}
    assert (mounts["/big"]["name"], mounts["/big"]["subPath"]) == ("data", "big/V2")
    assert [one for one in claimed["volumes"] if one["name"] == "data"] == [
        {"name": "data", "persistentVolumeClaim": {"claimName": "team-data"}}
    ]
    hosted = pod(full('target kubernetes host "/mnt/shared"'))
    folders = {one["hostPath"]["path"]: one["hostPath"]["type"] for one in hosted["volumes"] if "hostPath" in one}
    assert folders["/mnt/shared/big/V2"] == "Directory"
    assert folders["/mnt/shared/net/v1"] == folders["/mnt/shared/torch/cache"] == "DirectoryOrCreate"


def test_names_that_kubernetes_would_make_one_stay_two() -> None:
    items = ('data v1 of a.b mounted at "/one"', 'data v1 of a-b mounted at "/two"')
    found = pod(program(*items, "target kubernetes"))
    assert sorted(one["persistentVolumeClaim"]["claimName"] for one in found["volumes"]) == ["a-b-v1", "a-b-v1-2"]


def test_what_is_fetched_is_checked_before_the_program_starts() -> None:
    text = full("target kubernetes")
    (first,) = pod(text)["initContainers"]
    (net,) = fetched(compiled(text).plan)
    assert [resolved(word) for word in first["command"]] == list(fetch_command(net))
    (mount,) = first["volumeMounts"]
    assert mount["mountPath"] == "/net"
    assert "readOnly" not in mount
    assert "nvidia.com/gpu" not in first["resources"]["limits"]


def test_secrets_are_references() -> None:
    found = container(full("target kubernetes"))
    reference = {"secretKeyRef": {"name": "api-key", "key": "api-key"}}
    assert {"name": "API_KEY", "valueFrom": reference} in found["env"]


def test_ranks_meet_at_the_first_pod_of_an_indexed_job() -> None:
    text = program(*LAUNCH, "gpu count 8", "fabric tcp eth0", "target kubernetes")
    service, job = kubernetes(text)
    name = f"train-{compiled(text).hashes.short}"
    assert service["metadata"]["name"] == job["metadata"]["name"] == name
    assert (service["spec"]["clusterIP"], service["spec"]["publishNotReadyAddresses"]) == ("None", True)
    assert job["spec"]["template"]["metadata"]["labels"].items() >= service["spec"]["selector"].items()
    spec = job["spec"]
    assert (spec["completionMode"], spec["completions"], spec["parallelism"]) == ("Indexed", 4, 4)
    assert spec["template"]["spec"]["subdomain"] == name
    found = container(text)
    assert found["command"] == [
        *("torchrun", "--nnodes", "4", "--nproc-per-node", "8", "--node-rank", "$(ENVC_NODE_RANK)"),
        *("--master-addr", f"{name}-0.{name}", "--master-port", "29500", "-m", "train"),
    ]
    variables = {one["name"]: one for one in found["env"]}
    assert "job-completion-index" in variables["ENVC_NODE_RANK"]["valueFrom"]["fieldRef"]["fieldPath"]
    assert variables["NCCL_SOCKET_IFNAME"]["value"] == variables["GLOO_SOCKET_IFNAME"]["value"] == "eth0"
    assert found["resources"]["limits"] == {"nvidia.com/gpu": "8"}


def test_ranks_of_one_node_need_no_meeting() -> None:
    (job,) = kubernetes(
        program("ml torch", "launch torchrun each 8", 'run "python a.py"', "target kubernetes retries 2")
    )
    assert job["spec"]["backoffLimit"] == 2
    assert "completions" not in job["spec"]
    command = job["spec"]["template"]["spec"]["containers"][0]["command"]
    assert command == ["torchrun", "--standalone", "--nproc-per-node", "8", "a.py"]


def test_a_pytorch_job_numbers_the_nodes_itself() -> None:
    (job,) = kubernetes(program(*LAUNCH, 'target kubernetes as pytorchjob select "a.b/c" "p5.48xlarge"'))
    replicas = job["spec"]["pytorchReplicaSpecs"]
    assert (job["apiVersion"], job["kind"]) == ("kubeflow.org/v1", "PyTorchJob")
    assert (replicas["Master"]["replicas"], replicas["Worker"]["replicas"]) == (1, 3)
    spec = replicas["Worker"]["template"]["spec"]
    (one,) = spec["containers"]
    assert one["name"] == "pytorch"
    start = one["command"].index("--node-rank")
    assert one["command"][start : start + 6] == [
        *("--node-rank", "$(RANK)", "--master-addr", "$(MASTER_ADDR)", "--master-port", "$(MASTER_PORT)"),
    ]
    assert spec["nodeSelector"]["a.b/c"] == "p5.48xlarge"


def test_devices_of_a_fabric() -> None:
    """By the name that the cluster has for them; EFA's is the same everywhere."""
    copied = 'copy "/opt/amazon" from image "example.org/efa:1"'
    efa = container(program(copied, "fabric efa", "target kubernetes"))
    assert efa["resources"]["limits"] == {"vpc.amazonaws.com/efa": "1"}
    assert efa["securityContext"]["capabilities"]["add"] == ["IPC_LOCK"]
    many = container(program(copied, "fabric efa", 'target kubernetes resource "vpc.amazonaws.com/efa" 32'))
    assert many["resources"]["limits"] == {"vpc.amazonaws.com/efa": "32"}
    rdma = container(program("fabric infiniband mlx5", 'target kubernetes resource "rdma/hca" 1'))
    assert rdma["resources"]["limits"] == {"rdma/hca": "1"}
    assert {"name": "NCCL_IB_HCA", "value": "mlx5"} in rdma["env"]


def test_folders_that_the_program_adds_are_looked_at_beside_those_of_a_fabric() -> None:
    """A manifest's variable stands in place of the image's, which has them."""
    text = ('copy "/opt/amazon" from image "example.org/efa:1"', "fabric efa", 'path libraries "/opt/a" "/opt/b"')
    found = {one["name"]: one["value"] for one in container(program(*text, "target kubernetes"))["env"]}
    assert found["LD_LIBRARY_PATH"].startswith("/opt/a:/opt/b:/opt/amazon/efa/lib:")
    own = container(program(*text, 'target kubernetes < set LD_LIBRARY_PATH "/c" >'))["env"]
    assert {"name": "LD_LIBRARY_PATH", "value": "/c"} in own


def test_who_gives_ids_and_who_is_root() -> None:
    given = pod(full("target kubernetes", **{"user trainer uid 1234": "user any"}))
    assert given["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    root = pod(program("user root", "target kubernetes"))
    assert "runAsNonRoot" not in root["securityContext"]
    assert root["containers"][0]["securityContext"] == {"allowPrivilegeEscalation": False}


def test_nothing_is_written_where_nothing_may_be() -> None:
    found = pod(program("target kubernetes readonly"))
    assert found["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True
    assert [one["mountPath"] for one in found["containers"][0]["volumeMounts"]] == ["/tmp", "/home/app"]


def test_a_gpu_that_may_be_missing_is_not_asked_for() -> None:
    found = pod(program("gpu cuda 12.6 optional", "target kubernetes"))
    assert "tolerations" not in found
    assert "resources" not in found["containers"][0]


@pytest.mark.parametrize(
    ("text", "label"),
    [("train", "train"), ("a.b_c", "a-b-c"), ("3d", "env-3d"), ("x" * 70, "x" * 63), ("V2", "v2"), ("é", "env-")],
)
def test_names(text: str, label: str) -> None:
    assert dns_label(text) == label.rstrip("-")


def test_quantities() -> None:
    assert [memory(one) for one in (2**30, 3 * 2**20, 1024, 1000)] == ["1Gi", "3Mi", "1Ki", "1000"]
    assert [processors(one) for one in (8000, 1500, 1)] == ["8", "1500m", "1m"]
    assert [whole_seconds(one) for one in (1, 1000, 1001)] == [1, 1, 2]


def test_gpus_of_the_other_maker() -> None:
    (job,) = yaml.safe_load_all(amd("target kubernetes")["kubernetes.yaml"])
    found = job["spec"]["template"]["spec"]
    assert found["containers"][0]["resources"]["limits"] == {"amd.com/gpu": "4"}
    assert found["tolerations"][0]["key"] == "amd.com/gpu"
