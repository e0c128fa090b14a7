"""The deploy and plan roles keep up with what terraform/ creates, and the boundary with what its roles do."""

import fnmatch
import json
import re
import unittest
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
TERRAFORM = PROJECT.parent / "terraform"
# In terraform/, a statement with a Principal belongs to a resource's own policy, which no boundary limits,
# and access.tf is about people.
NOT_ROLES = {"access.tf"}
STATEMENT = re.compile(r"\{[^{}]*\bAction\s*=\s*(\[[^\]]*\]|\"[^\"]*\")", re.DOTALL)


def configuration():
    """The text of each file of terraform/, tests and installed modules apart."""
    files = [path for path in TERRAFORM.rglob("*.tf") if not {"tests", ".terraform"} & set(path.parts)]
    return {path.relative_to(TERRAFORM).as_posix(): path.read_text(encoding="utf-8") for path in files}


def actions_of_roles():
    """The actions in the policies of the roles that terraform/ creates, each with its file."""
    for name, text in configuration().items():
        if name not in NOT_ROLES:
            for statement in STATEMENT.finditer(text):
                if "Principal" not in statement.group(0):
                    for action in re.findall(r"\"([a-z0-9-]+:[A-Za-z*]+)\"", statement.group(1)):
                        yield name, action


class ResourceTypes(unittest.TestCase):
    table = json.loads((PROJECT / "policies" / "resource_types.json").read_text(encoding="utf-8"))

    def test_every_type_of_terraform_is_in_the_table_and_no_other(self):
        types = {kind for text in configuration().values() for kind in re.findall(r'^resource "(aws_\w+)"', text, re.MULTILINE)}
        self.assertGreater(len(types), 20)
        self.assertEqual(types, set(self.table), "policies/resource_types.json lists the types that terraform/ creates")

    def test_every_type_can_be_written_and_says_where(self):
        for kind, statements in self.table.items():
            with self.subTest(kind):
                self.assertIn("write", {statement["access"] for statement in statements})
                for statement in statements:
                    self.assertLessEqual(set(statement), {"access", "actions", "resources", "anywhere", "condition"})
                    self.assertIn(statement["access"], {"read", "write"})
                    self.assertNotEqual("resources" in statement, "anywhere" in statement)
                    self.assertNotIn("*", statement.get("resources", []))

    def test_what_is_created_is_named_so_that_the_roles_reach_it(self):
        """Every ARN of the table holds the deployment's prefix, except those of keys, identities and the like."""
        for kind, statements in self.table.items():
            for statement in statements:
                for resource in statement.get("resources", []):
                    with self.subTest(kind, resource=resource):
                        self.assertRegex(resource, r"\$\{deployed\}|:key/\*$|:identity/(\*|\{email\})$")


class Contract(unittest.TestCase):
    """What this project says of terraform/ is true."""

    text = "\n".join(configuration().values())

    def test_variables_that_are_handed_over_exist(self):
        handed_over = set(re.findall(r"TF_VAR_(\w+)", (PROJECT / "projects.tf").read_text(encoding="utf-8")))
        self.assertGreater(len(handed_over), 5)
        self.assertLessEqual(handed_over, set(re.findall(r'^variable "(\w+)"', self.text, re.MULTILINE)))

    def test_what_terraform_reads_elsewhere_is_packed(self):
        packed = (PROJECT / "buildspecs" / "pack").read_text(encoding="utf-8").split()
        read = set(re.findall(r"\{path\.module\}/\.\./([^\"$]+)", self.text))
        self.assertGreater(len(read), 2)
        for path in read:
            with self.subTest(path):
                self.assertTrue(any(path.rstrip("/") == part or path.startswith(f"{part}/") for part in packed), "add it to buildspecs/pack")

    def test_every_environment_has_its_file(self):
        for environment in ["dev", "uat", "prod"]:
            self.assertTrue((TERRAFORM / "environments" / f"{environment}.tfvars").is_file(), environment)

    def test_names_and_the_tag_of_keys(self):
        for line in [r'pipeline\s+= "\$\{var.name\}-\$\{var.environment\}"', r'bucket\s+= "\$\{local.pipeline\}-\$\{local.account_id\}"',
                     r'stateMachine:\$\{local.pipeline\}"', r'"sluice:pipeline"\s+= local.pipeline']:
            self.assertRegex(self.text, line)

    def test_state_is_in_s3_with_its_lock(self):
        self.assertRegex(self.text, r'backend "s3" \{\s+encrypt\s+= true\s+use_lockfile\s+= true')


class Boundary(unittest.TestCase):
    def test_it_holds_every_action_of_the_roles_of_terraform(self):
        text = (PROJECT / "boundary.tf").read_text(encoding="utf-8")
        allowed = re.findall(r"\"([a-z0-9-]+:[A-Za-z*]+)\"", text.split("boundary_statements", 1)[1])
        wanted = set(actions_of_roles())
        self.assertGreater(len(wanted), 20)
        for name, action in sorted(wanted):
            with self.subTest(action, file=name):
                self.assertTrue(any(fnmatch.fnmatch(action, pattern) for pattern in allowed), "add it to boundary.tf")


if __name__ == "__main__":
    unittest.main()
