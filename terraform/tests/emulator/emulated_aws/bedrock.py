"""Bedrock's Converse by script: a test sets the replies for each model id, and they are given in turn."""

import json
import threading
import uuid
from collections.abc import Iterator
from typing import Any

from werkzeug.wrappers import Response

# What the schema of a tool may hold for Nova: at the top these three (AWS, Amazon Nova user guide, "Defining a
# tool"). Within, the guide says that Nova knows a part of JSON Schema, and not which; these are the safe ones.
AT_THE_TOP = frozenset({"type", "properties", "required"})
WITHIN = AT_THE_TOP | {"items", "enum", "description"}


class Bedrock:
    """Scripts and the requests seen, by model id. A call for which no reply is set is an error 500."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._scripts: dict[str, list[dict[str, Any]]] = {}
        self._requests: dict[str, list[Any]] = {}

    def script(self, model_id: str, replies: list[dict[str, Any]]) -> None:
        """Sets replies. They replace those that were not given yet."""
        with self._lock:
            self._scripts[model_id] = list(replies)

    def requests(self, model_id: str) -> list[Any]:
        """The bodies of the calls for this model, oldest first."""
        with self._lock:
            return list(self._requests.get(model_id, []))

    def clear(self) -> None:
        """Forgets scripts and requests."""
        with self._lock:
            self._scripts.clear()
            self._requests.clear()

    def converse(self, model_id: str, body: Any) -> Response:
        """The next reply of the script."""
        with self._lock:
            self._requests.setdefault(model_id, []).append(body)
            if "amazon.nova" in model_id and (problem := next(_not_for_nova(body), None)):
                return _error(400, "ValidationException", problem)
            script = self._scripts.get(model_id) or []
            if not script:
                return _error(500, "InternalServerException", f"no reply is scripted for {model_id}")
            reply = script[0] if script[0].get("repeat") else script.pop(0)
        if "error" in reply:
            return _error(reply.get("status", 500), reply["error"], reply.get("message", ""))
        document = reply["body"] if "body" in reply else _tool_use(reply, body)
        return Response(json.dumps(document), content_type="application/json")


def _tool_use(reply: dict[str, Any], request: Any) -> dict[str, Any]:
    tools = request.get("toolConfig", {}).get("tools", [])
    tool = tools[0]["toolSpec"]["name"] if tools else "record_analysis"
    use = {"toolUseId": f"tooluse_{uuid.uuid4().hex[:22]}", "name": tool, "input": reply["tool_input"]}
    tokens_in, tokens_out = reply.get("input_tokens", 0), reply.get("output_tokens", 0)
    return {
        "output": {"message": {"role": "assistant", "content": [{"toolUse": use}]}},
        "stopReason": reply.get("stop_reason", "tool_use"),
        "usage": {"inputTokens": tokens_in, "outputTokens": tokens_out, "totalTokens": tokens_in + tokens_out},
        "metrics": {"latencyMs": 1},
    }


def _not_for_nova(request: Any) -> Iterator[str]:
    """What Nova refuses in the schemas of the tools, in Bedrock's words."""
    for index, tool in enumerate(request.get("toolConfig", {}).get("tools", [])):
        place = f"#/toolConfig/tools/{index}/toolSpec/inputSchema/json"
        for path, keyword in _extraneous(tool["toolSpec"]["inputSchema"]["json"], AT_THE_TOP):
            yield (
                "The model returned the following errors: Malformed input request: "
                f"{place}{path}: extraneous key [{keyword}] is not permitted, please reformat your input and try again."
            )


def _extraneous(schema: dict[str, Any], known: frozenset[str], path: str = "") -> Iterator[tuple[str, str]]:
    for keyword in schema.keys() - known:
        yield path, keyword
    for name, member in schema.get("properties", {}).items():
        yield from _extraneous(member, WITHIN, f"{path}/properties/{name}")
    if "items" in schema:
        yield from _extraneous(schema["items"], WITHIN, f"{path}/items")


def _error(status: int, name: str, message: str) -> Response:
    return Response(
        json.dumps({"message": message}), status, {"x-amzn-ErrorType": name}, content_type="application/json"
    )
