"""uat-to-dev with real Git repositories and a stand-in for the GitHub CLI that records its calls."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent / "uat-to-dev"

# Answers the list of pull requests with the number in the file `open`, and keeps each call with its body.
GH = """#!/usr/bin/env python3
import json, os, sys
from pathlib import Path
folder = Path(os.environ["FAKE_GH"])
call = sys.argv[1:]
body = next((Path(value.removeprefix("body=@")).read_text(encoding="utf-8") for value in call if value.startswith("body=@")), None)
with open(folder / "calls.jsonl", "a", encoding="utf-8") as calls:
    calls.write(json.dumps({"call": call, "body": body}) + "\\n")
if (folder / "refuses").exists():
    sys.exit("gh: Resource not accessible by integration (HTTP 403)")
if "--method" not in call and (folder / "open").exists():
    print((folder / "open").read_text(encoding="utf-8"))
"""


class UatToDev(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.remote, self.work, self.checkout = self.folder / "remote", self.folder / "work", self.folder / "checkout"
        (self.folder / "gh").write_text(GH, encoding="utf-8")
        (self.folder / "gh").chmod(0o755)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "GH_"))},
            "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}",
            "FAKE_GH": str(self.folder),
            "GH_REPO": "example/sluice",
            "GIT_CONFIG_GLOBAL": os.devnull,
            **{f"GIT_{who}_{what}": value for who in ["AUTHOR", "COMMITTER"] for what, value in [("NAME", "a"), ("EMAIL", "a@b.c")]},
        }
        subprocess.run(["git", "init", "--quiet", "--bare", self.remote], check=True)
        subprocess.run(["git", "init", "--quiet", "--initial-branch", "main", self.work], check=True)
        self.git("remote", "add", "origin", str(self.remote))
        self.commit("base")
        self.git("branch", "dev")
        self.git("branch", "uat")

    def git(self, *arguments, cwd=None):
        done = subprocess.run(["git", *arguments], cwd=cwd or self.work, env=self.environment, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, subject, file="file", text=None):
        (self.work / file).write_text(text or subject, encoding="utf-8")
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", subject)

    def commit_on(self, branch, *subjects, **more):
        self.git("switch", "--quiet", branch)
        for subject in subjects:
            self.commit(subject, **more)

    def run_it(self, exit_code=0):
        """Runs the script in a fresh checkout. Returns what it prints, and what it asks of GitHub."""
        self.git("push", "--quiet", "--force", "--all")
        shutil.rmtree(self.checkout, ignore_errors=True)
        subprocess.run(["git", "clone", "--quiet", self.remote, self.checkout], check=True, capture_output=True)
        (self.folder / "calls.jsonl").write_text("", encoding="utf-8")
        done = subprocess.run(["bash", SCRIPT], cwd=self.checkout, env=self.environment, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, exit_code, done.stderr)
        calls = [json.loads(line) for line in (self.folder / "calls.jsonl").read_text(encoding="utf-8").splitlines()]
        return done.stdout, calls

    def assert_does_nothing(self):
        printed, calls = self.run_it()
        self.assertEqual(calls, [])
        self.assertIn("nothing to do", printed)

    def test_dev_that_has_everything(self):
        self.assert_does_nothing()

    def test_dev_that_is_ahead(self):
        self.commit_on("dev", "only in dev")
        self.assert_does_nothing()

    def test_missing_branch(self):
        self.git("branch", "--delete", "dev")
        self.assert_does_nothing()

    def test_new_commits_open_a_pull_request(self):
        self.commit_on("uat", "fix one", "fix two")
        _, (listed, opened) = self.run_it()
        self.assertEqual(listed["call"][1], "repos/example/sluice/pulls?state=open&base=dev&head=example:uat")
        self.assertEqual(opened["call"][:4], ["api", "--method", "POST", "repos/example/sluice/pulls"])
        self.assertIn("head=uat", opened["call"])
        self.assertIn("base=dev", opened["call"])
        self.assertIn("Commits of uat that dev lacks: 2.", opened["body"])
        self.assertRegex(opened["body"], r"(?m)^    [0-9a-f]{7,} fix two\n    [0-9a-f]{7,} fix one$")

    def test_open_pull_request_is_updated(self):
        self.commit_on("uat", "fix one")
        (self.folder / "open").write_text("42", encoding="utf-8")
        printed, (_, updated) = self.run_it()
        self.assertEqual(updated["call"][:5], ["api", "--silent", "--method", "PATCH", "repos/example/sluice/pulls/42"])
        self.assertIn("fix one", updated["body"])
        self.assertIn("42", printed)

    def test_branches_that_diverged(self):
        self.commit_on("dev", "dev goes on", file="other")
        self.commit_on("uat", "fix one")
        _, (_, opened) = self.run_it()
        self.assertIn("Commits of uat that dev lacks: 1.", opened["body"])
        self.assertNotIn("dev goes on", opened["body"])

    def test_conflict_is_something_to_bring(self):
        self.commit_on("dev", "dev's way")
        self.commit_on("uat", "uat's way")
        _, calls = self.run_it()
        self.assertEqual(len(calls), 2)

    def test_commits_that_were_squashed_into_dev(self):
        self.commit_on("uat", "fix one", "fix two")
        self.git("switch", "--quiet", "dev")
        self.git("merge", "--quiet", "--squash", "uat")
        self.git("commit", "--quiet", "--message", "both fixes")
        self.assert_does_nothing()

    def test_commits_that_were_merged_into_dev(self):
        self.commit_on("uat", "fix one")
        self.git("switch", "--quiet", "dev")
        self.git("merge", "--quiet", "--no-ff", "--no-edit", "uat")
        self.assert_does_nothing()

    def test_subject_is_text(self):
        hostile = "$(touch owned) `touch owned` ${{ github.token }} @everyone <b>\"'; touch owned"
        self.commit_on("uat", hostile)
        _, (_, opened) = self.run_it()
        self.assertFalse((self.checkout / "owned").exists())
        self.assertRegex(opened["body"], r"(?m)^    [0-9a-f]{7,} ")
        self.assertIn(hostile, opened["body"])
        self.assertFalse(any("touch" in word for word in opened["call"]))

    def test_long_list_is_cut_and_says_so(self):
        self.commit_on("uat", *[f"fix {number}" for number in range(103)])
        _, (_, opened) = self.run_it()
        self.assertEqual(opened["body"].count("\n    "), 100)
        self.assertIn("… and 3 more.", opened["body"])

    def test_refusal_of_github_is_a_failure(self):
        self.commit_on("uat", "fix one")
        (self.folder / "refuses").touch()
        self.run_it(exit_code=1)


if __name__ == "__main__":
    unittest.main()
