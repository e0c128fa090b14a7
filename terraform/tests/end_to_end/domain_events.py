"""The published JSON Schemas of the domain events."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

FOLDER = Path(__file__).parents[3] / "steps/pipeline-core/events"
SCHEMAS = {path.name: json.loads(path.read_text()) for path in FOLDER.glob("*.schema.json")}
REGISTRY = Registry().with_resources((name, Resource.from_contents(schema)) for name, schema in SCHEMAS.items())


def check_domain_event(detail_type: str, detail: dict[str, Any]) -> None:
    """Fails if the detail is not what the schema of its kind says."""
    schema = SCHEMAS[detail_type.lower().replace(" ", "-") + ".schema.json"]
    validator = Draft202012Validator(schema, registry=REGISTRY, format_checker=Draft202012Validator.FORMAT_CHECKER)
    problems = [error.message for error in validator.iter_errors(detail)]
    assert not problems, f"{detail_type}: {problems}"
