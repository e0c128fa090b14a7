"""The project's Terraform, applied to the emulated AWS: the real program, the real provider."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from emulator import Emulator

REPOSITORY = Path(__file__).resolve().parents[3]
SERVICES = "bedrock cloudtrail cloudwatch dynamodb events iam kms lambda logs s3 ses sesv2 sfn sns sqs sts".split()


def missing() -> str | None:
    """What a deployment needs and is missing, or `None`."""
    if shutil.which("terraform") is None:
        return "there is no terraform on the path"
    if not steps():
        return f"{functions()} has no zips: steps/package --profile dev"
    return None


def steps() -> list[str]:
    """The functions, by the names of their zips. Terraform says where one is missing."""
    return sorted(path.stem for path in functions().glob("*.zip"))


def functions() -> Path:
    """Where the zips are: SLUICE_FUNCTIONS_DIR, or the folder of steps/package."""
    target = Path(os.environ.get("CARGO_TARGET_DIR") or REPOSITORY / "target")
    return Path(os.environ.get("SLUICE_FUNCTIONS_DIR") or target / "functions" / "x86_64").absolute()


class Deployment:
    """A copy of the Terraform project, so that nothing is left in the checkout."""

    def __init__(self, folder: Path, emulator: Emulator, variables: dict[str, Any]) -> None:
        self._emulator = emulator
        self._project = folder / "terraform"
        self._log = folder / "terraform.log"
        ignored = shutil.ignore_patterns("tests", ".terraform*", "*.tfstate*", "*.tfvars")
        shutil.copytree(REPOSITORY / "terraform", self._project, ignore=ignored)
        for beside in ("statemachine", "samples", "steps"):
            (folder / beside).symlink_to(REPOSITORY / beside)
        self._write("override.tf.json", self._override())
        self.set(variables)
        plugins = os.environ.get("SLUICE_TERRAFORM_PLUGINS")
        self._terraform("init", "-no-color", *([f"-plugin-dir={plugins}"] if plugins else []))

    def set(self, variables: dict[str, Any]) -> None:
        """The variables of the next plan. Those that are not named have their defaults."""
        always = {"functions_dir": str(functions()), "architecture": "x86_64", "force_destroy": True}
        self._write("terraform.tfvars.json", {**always, **variables})

    def apply(self, *options: str) -> dict[str, Any]:
        """Applies; returns the outputs."""
        self._terraform("apply", "-no-color", "-auto-approve", "-parallelism=20", *options)
        outputs = json.loads(self._terraform("output", "-json").stdout)
        return {name: output["value"] for name, output in outputs.items()}

    def plan(self) -> tuple[int, str]:
        """Plans; the exit code is 0 where nothing is to be changed, and 2 where something is."""
        planned = self._terraform("plan", "-no-color", "-detailed-exitcode", "-parallelism=20", accepted=(0, 2))
        return planned.returncode, planned.stdout

    def destroy(self) -> None:
        """Destroys everything."""
        self._terraform("destroy", "-no-color", "-auto-approve", "-parallelism=20")

    def _override(self) -> dict[str, Any]:
        provider = {
            "endpoints": {service: self._emulator.endpoint for service in SERVICES},
            "access_key": "test",
            "secret_key": "test",
            "s3_use_path_style": True,
            "skip_credentials_validation": True,
            "skip_metadata_api_check": True,
            # By default the provider would try an API that the emulator lacks for ten minutes. Once is not enough
            # either: it may lose an answer of more than 4 KiB by its own fault (see Handler in the emulator).
            "max_retries": 3,
        }
        return {"terraform": {"backend": {"local": {}}}, "provider": {"aws": provider}}

    def _write(self, name: str, document: dict[str, Any]) -> None:
        (self._project / name).write_text(json.dumps(document, indent=2), encoding="utf-8")

    def _terraform(self, *arguments: str, accepted: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
        own = {"AWS_REGION": self._emulator.region, "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}
        run = subprocess.run(
            ["terraform", *arguments],
            cwd=self._project,
            env={**inherited, **own},
            capture_output=True,
            text=True,
            check=False,
        )
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"$ terraform {' '.join(arguments)}\n{run.stdout}{run.stderr}\n")
        if run.returncode not in accepted:
            told = (run.stdout + run.stderr)[-8000:]
            raise AssertionError(f"terraform {arguments[0]} ended with {run.returncode}:\n{told}")
        return run
