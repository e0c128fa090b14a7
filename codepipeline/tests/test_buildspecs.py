"""The commands of the pipeline, with the real Terraform on an emulated S3: what is applied is what was
planned, for what was built, and drift is noticed.

Each stage runs in a folder of its own, as in CodeBuild. Terraform downloads its provider, or finds it where
TF_CLI_ARGS_init says.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
EMULATOR = PROJECT.parent / "terraform" / "tests" / "emulator" / "start.py"
BUCKET = "state"

CONFIGURATION = """
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_requesting_account_id  = true
}

variable "environment" {
  type = string
}

variable "shade" {
  type = string
}

resource "aws_s3_object" "function" {
  bucket      = "state"
  key         = "deployed/${var.environment}-${var.shade}.zip"
  source      = "../target/functions/arm64/one.zip"
  source_hash = filesha256("../target/functions/arm64/one.zip")
}
"""

# Stands in for `aws s3 cp`: what is kept in S3 is kept in the folder APPLIED.
AWS = """#!/usr/bin/env bash
set -euo pipefail
[ "$1 $2 $3" = "s3 cp --only-show-errors" ]
cp "$4" "$APPLIED/$(basename "$5")"
"""


@unittest.skipUnless(shutil.which("terraform"), "needs Terraform")
class Buildspecs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = subprocess.Popen([sys.executable, EMULATOR], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.emulator.wait)
        cls.addClassCleanup(cls.emulator.stdout.close)
        cls.addClassCleanup(cls.emulator.stdin.close)
        cls.endpoint = json.loads(cls.emulator.stdout.readline())["endpoint"]

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.plan = self.folder / "plan"
        self.applied = self.folder / "applied"
        self.applied.mkdir()
        commands = self.folder / "bin"
        commands.mkdir()
        (commands / "aws").write_text(AWS, encoding="utf-8")
        (commands / "aws").chmod(0o755)
        backend = "-backend-config=use_path_style=true -backend-config=skip_credentials_validation=true -backend-config=skip_requesting_account_id=true"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in {"TF_DATA_DIR", "AWS_PROFILE"}},
            "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "STATE_BUCKET": BUCKET,
            "STATE_KEY": f"terraform/{self.folder.name}.tfstate",
            "STATE_KMS_KEY_ARN": "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-96ef-1234567890ab",
            "TF_VAR_environment": "dev",
            "TF_CLI_ARGS_init": f"{backend} {os.environ.get('TF_CLI_ARGS_init', '')}",
            "TF_CLI_ARGS": "-no-color",
            "TF_IN_AUTOMATION": "1",
            "APPLIED": str(self.applied),
        }
        self.request("PUT", BUCKET)

    def request(self, method, path):
        # The emulator accepts any credentials.
        credential = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=none"
        asked = urllib.request.Request(f"{self.endpoint}/{path}", method=method, headers={"Authorization": credential})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.read()

    def build(self, name="deployment.tar.gz", code=b"one"):
        """The archive that the build makes, with a small configuration in the place of terraform/."""
        source = self.folder / "source"
        shutil.rmtree(source, ignore_errors=True)
        shutil.copytree(PROJECT / "buildspecs", source / "codepipeline" / "buildspecs")
        for folder in ["terraform/environments", "target/functions/arm64", "statemachine", "samples", "steps/analyze"]:
            (source / folder).mkdir(parents=True)
        (source / "terraform" / "main.tf").write_text(CONFIGURATION, encoding="utf-8")
        (source / "terraform" / "environments" / "dev.tfvars").write_text('shade = "blue"\n', encoding="utf-8")
        for file in ["statemachine/statemachine.asl.json", "steps/analyze/prices.json"]:
            (source / file).write_text("{}", encoding="utf-8")
        (source / "target" / "functions" / "arm64" / "one.zip").write_bytes(code)
        archive = self.folder / name
        subprocess.run(["bash", source / "codepipeline" / "buildspecs" / "pack", archive], check=True)
        return archive

    def stage(self, name, archive, command, *arguments):
        """A stage in a folder of its own: unpacks the archive and runs a command of it."""
        folder = self.folder / name
        self.unpack(folder, archive)
        if command == "drift":
            shutil.copy(self.applied / "terraform.lock.hcl", folder)
        return self.run_in(folder, command, *arguments)

    def unpack(self, folder, archive):
        folder.mkdir()
        shutil.copy(archive, folder / "deployment.tar.gz")
        subprocess.run(["tar", "-xzf", "deployment.tar.gz"], cwd=folder, check=True)

    def run_in(self, folder, command, *arguments):
        return subprocess.run(["bash", f"codepipeline/buildspecs/{command}", *arguments], cwd=folder, env=self.environment,
                              capture_output=True, text=True, check=False)

    def assert_succeeds(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_same_content_packs_to_the_same_bytes(self):
        self.assertEqual(self.build("first.tar.gz").read_bytes(), self.build("second.tar.gz").read_bytes())

    def test_what_is_applied_is_what_was_planned_for_what_was_built(self):
        archive = self.build()
        planned = self.stage("plan-stage", archive, "plan", self.plan)
        self.assert_succeeds(planned)
        self.assertIn("aws_s3_object.function will be created", planned.stdout)
        self.assertEqual((self.plan / "summary.txt").read_text(encoding="utf-8"), "Plan: 1 to add, 0 to change, 0 to destroy.\n")

        other = self.stage("other-build", self.build("other.tar.gz", b"another"), "apply", self.plan)
        self.assertNotEqual(other.returncode, 0)
        self.assertIn("deployment.tar.gz: FAILED", other.stdout)

        changed = self.folder / "changed-zip"
        self.unpack(changed, archive)
        (changed / "target" / "functions" / "arm64" / "one.zip").write_bytes(b"changed")
        done = self.run_in(changed, "apply", self.plan)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("one.zip: FAILED", done.stdout)
        self.assertFalse(any(self.applied.iterdir()), "nothing was applied yet")

        self.assert_succeeds(self.stage("apply-stage", archive, "apply", self.plan))
        self.assertEqual(self.request("GET", f"{BUCKET}/deployed/dev-blue.zip"), b"one")
        self.assertEqual((self.applied / "deployment.tar.gz").read_bytes(), archive.read_bytes())

        twice = self.run_in(self.folder / "apply-stage", "apply", self.plan)
        self.assertNotEqual(twice.returncode, 0)
        self.assertIn("Saved plan is stale", twice.stderr)

        second = self.run_in(self.folder / "plan-stage", "plan", self.folder / "second-plan")
        self.assert_succeeds(second)
        self.assertTrue((self.folder / "second-plan" / "summary.txt").read_text(encoding="utf-8").startswith("No changes."))

        agrees = self.stage("drift-check", self.applied / "deployment.tar.gz", "drift")
        self.assert_succeeds(agrees)
        self.assertIn("no drift", agrees.stdout)

        self.request("DELETE", f"{BUCKET}/deployed/dev-blue.zip")
        differs = self.run_in(self.folder / "drift-check", "drift")
        self.assertEqual(differs.returncode, 2, differs.stderr)
        self.assertIn("aws_s3_object.function will be created", differs.stdout)
        self.assertIn("DRIFT", differs.stderr)

        self.environment["TF_VAR_environment"] = "nowhere"
        failed = self.run_in(self.folder / "drift-check", "drift")
        self.assertEqual(failed.returncode, 1)
        self.assertNotIn("DRIFT", failed.stderr)

    def test_failed_plan_is_a_failure(self):
        self.environment["TF_VAR_environment"] = "nowhere"
        done = self.stage("plan-stage", self.build(), "plan", self.plan)
        self.assertEqual(done.returncode, 1)
        self.assertFalse((self.plan / "tfplan").exists())


if __name__ == "__main__":
    unittest.main()
