#!/usr/bin/env python3
"""Renders the state machine as Terraform does, once as it is and once inside a CloudFormation template.

The linters of the states language read the first (asl-validator) and the second (cfn-lint):

    python3 tests/lint_definition.py OUT
    npx --yes asl-validator@4.0.0 --json-path OUT/definition.json
    cfn-lint OUT/template.json
"""

import json
import pathlib
import re
import sys

DEFINITION = pathlib.Path(__file__).parents[2] / "statemachine" / "statemachine.asl.json"
FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:sluice-dev-{}:1"
ROLE_ARN = "arn:aws:iam::123456789012:role/sluice-dev-state-machine"


def rendered() -> dict:
    """The definition with an ARN for each placeholder, by the rule of state_machine.tf."""
    text = DEFINITION.read_text(encoding="utf-8")
    text = re.sub(r"\$\{(\w+)\}", lambda name: FUNCTION_ARN.format(name[1].replace("_", "-")), text)
    if "${" in text or "%{" in text:
        raise SystemExit(f"{DEFINITION}: a directive that templatefile would read is left")
    return json.loads(text)


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    definition = rendered()
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "StateMachine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {"RoleArn": ROLE_ARN, "Definition": definition},
            }
        },
    }
    for name, document in {"definition.json": definition, "template.json": template}.items():
        (out / name).write_text(json.dumps(document, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
