"""Where AWS's own tools look: variables, then `~/.aws/credentials` and `~/.aws/config` of the chosen profile.

Read are keys, sessions, `credential_process`, `region`, `endpoint_url`, and `services` with an address of S3. Not read
are single sign-on, roles and the services of AWS's machines; `aws configure export-credentials` makes keys of those.
"""

from __future__ import annotations

from collections.abc import Mapping
from configparser import ConfigParser, Error
from pathlib import Path
from typing import NamedTuple

from envc.resolvers.artifacts.transfer.aws_signature import AwsCredentials
from envc.resolvers.artifacts.transfer.failures import DeniedError

_PROCESS_SECONDS = 60.0
_REGION = "us-east-1"

Section = Mapping[str, str]


class AwsSettings(NamedTuple):
    """What S3 is asked with. Without credentials everybody is asked for; without an endpoint it is Amazon's own."""

    credentials: AwsCredentials | None
    region: str
    endpoint: str | None


def aws_settings(environ: Mapping[str, str]) -> AwsSettings:
    """Return the settings of this machine. Raises DeniedError for a profile that was named and is not there."""
    chosen = environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE")
    profile = chosen or "default"
    secrets = _read(environ.get("AWS_SHARED_CREDENTIALS_FILE"), "credentials")
    settings = _read(environ.get("AWS_CONFIG_FILE"), "config")
    of_secrets = _section(secrets, profile)
    of_settings = _section(settings, profile if profile == "default" else f"profile {profile}")
    if chosen and not of_secrets and not of_settings:
        raise DeniedError(f"AWS's configuration has no profile `{chosen}`", "`AWS_PROFILE` names the profile")
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or of_settings.get("region") or _REGION
    found = _keys({name.lower(): value for name, value in environ.items() if name.startswith("AWS_")})
    found = found or _keys(of_secrets) or _keys(of_settings)
    process = of_secrets.get("credential_process") or of_settings.get("credential_process")
    if not found and process:
        found = _ask(process, environ)
    return AwsSettings(found, region, _endpoint(environ, of_settings, settings))


def _read(given: str | None, name: str) -> ConfigParser:
    parser = ConfigParser(interpolation=None, strict=False)
    path = Path(given).expanduser() if given else Path.home() / ".aws" / name
    try:
        parser.read_string(path.read_text("utf-8"))
    except (OSError, ValueError, Error):
        return ConfigParser(interpolation=None)
    return parser


def _section(parser: ConfigParser, name: str) -> Section:
    return dict(parser[name]) if parser.has_section(name) else {}


def _keys(section: Section) -> AwsCredentials | None:
    key, secret = section.get("aws_access_key_id"), section.get("aws_secret_access_key")
    return AwsCredentials(key, secret, section.get("aws_session_token") or None) if key and secret else None


def _endpoint(environ: Mapping[str, str], profile: Section, settings: ConfigParser) -> str | None:
    given = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL")
    if environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return None
    services = _section(settings, f"services {profile.get('services', '')}").get("s3", "")
    lines = (line.partition("=") for line in services.splitlines())
    of_s3 = {name.strip(): value.strip() for name, _, value in lines}
    return (given or of_s3.get("endpoint_url") or profile.get("endpoint_url") or "").rstrip("/") or None


def _ask(command: str, environ: Mapping[str, str]) -> AwsCredentials:
    """Run the program that the user's own configuration names, as AWS's tools do, for keys as JSON."""
    import json
    import shlex
    import subprocess

    try:
        done = subprocess.run(  # noqa: S603  # the program that AWS's configuration names
            shlex.split(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
            timeout=_PROCESS_SECONDS,
            check=True,
        )
        answer = json.loads(done.stdout)
        return AwsCredentials(answer["AccessKeyId"], answer["SecretAccessKey"], answer.get("SessionToken"))
    except (OSError, ValueError, LookupError, TypeError, subprocess.SubprocessError):
        help_ = "run the `credential_process` of ~/.aws/config by hand"
        raise DeniedError("the program that is to give AWS's credentials gave none", help_) from None
