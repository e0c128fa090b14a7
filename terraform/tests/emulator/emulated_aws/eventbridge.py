"""EventBridge: what arrives on a bus goes to the targets of the rules whose pattern matches.

moto keeps buses, rules and targets and matches patterns; it does not start executions or functions, and
it does not see the events that AWS's own services send. Delivery is once and in order, without the
retries of a rule. What cannot be delivered goes to the target's dead-letter queue at once.
"""

import json
import logging
import queue
import re
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.core.utils import utcnow
from moto.events.models import EventsBackend, Rule, events_backends
from moto.utilities.arns import parse_arn

from . import ACCOUNT_ID, REGION

LOG = logging.getLogger(__name__)
Event = dict[str, Any]


class Delivery:
    """One thread delivers events, so that a caller of PutObject or PutEvents never waits for a target."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []
        self._queue: queue.SimpleQueue[tuple[str, Event]] = queue.SimpleQueue()
        self._targets: dict[str, Callable[[dict[str, Any], str], None]] = {
            "sqs": _to_queue,
            "sns": _to_topic,
            "logs": _to_log_group,
            # moto makes a rule for each archive. Its events are in `seen` anyway.
            "events": lambda target, document: None,
        }
        threading.Thread(target=self._run, daemon=True).start()

    def target(self, service: str, hand_over: Callable[[dict[str, Any], str], None]) -> None:
        """Says how a target of this service (its name in the ARN) gets its input."""
        self._targets[service] = hand_over

    def send(self, bus: str, source: str, detail_type: str, resources: list[str], detail: Any) -> str:
        """An event of AWS's own or of a program; returns its id."""
        event_id = str(uuid.uuid4())
        event = {
            "version": "0",
            "id": event_id,
            "detail-type": detail_type,
            "source": source,
            "account": ACCOUNT_ID,
            "time": utcnow().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": REGION,
            "resources": resources,
            "detail": detail,
        }
        self._queue.put((bus, event))
        return event_id

    def _run(self) -> None:
        while True:
            bus, event = self._queue.get()
            try:
                for rule in list(events_backends[ACCOUNT_ID][REGION].event_buses[bus].rules.values()):
                    if rule.state == "ENABLED" and rule.event_pattern.matches_event(event):
                        self._to_targets(rule, event)
            except Exception:
                LOG.exception("event %s on bus %s", event["detail-type"], bus)

    def _to_targets(self, rule: Rule, event: Event) -> None:
        for target in list(rule.targets):
            document = target_input(target, event)
            try:
                hand_over = self._targets[parse_arn(target["Arn"]).service]
                hand_over(target, document)
            except Exception as error:
                LOG.exception("target %s", target["Arn"])
                if dead_letters := target.get("DeadLetterConfig", {}).get("Arn"):
                    _to_queue({"Arn": dead_letters}, document)
                LOG.error("not delivered to %s: %s", target["Arn"], error)

    def install(self) -> None:
        """Takes PutEvents over from moto."""
        delivery = self

        def put_events(_backend: EventsBackend, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
            return [delivery._put(entry) for entry in events]

        EventsBackend.put_events = put_events

    def _put(self, entry: dict[str, Any]) -> dict[str, Any]:
        missing = [name for name in ("Source", "DetailType", "Detail") if not entry.get(name)]
        if missing:
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": f"Parameter {missing[0]} is not valid."}
        try:
            detail = json.loads(entry["Detail"])
        except ValueError:
            return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
        bus = (entry.get("EventBusName") or "default").rsplit("/", 1)[-1]
        if bus not in events_backends[ACCOUNT_ID][REGION].event_buses:
            return {"ErrorCode": "ResourceNotFoundException", "ErrorMessage": f"Event bus {bus} does not exist."}
        if entry["Source"].startswith("aws."):
            return {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "Not authorized for the source."}
        seen = {"source": entry["Source"], "detail_type": entry["DetailType"], "detail": detail, "event_bus": bus}
        self.seen.append(seen)
        resources = entry.get("Resources", [])
        return {"EventId": self.send(bus, entry["Source"], entry["DetailType"], resources, detail)}


def target_input(target: dict[str, Any], event: Event) -> str:
    """What the target is given: the event, a part of it, a constant, or a filled-in template."""
    if "Input" in target:
        return target["Input"]
    if "InputPath" in target:
        return json.dumps(at_path(event, target["InputPath"]))
    if transformer := target.get("InputTransformer"):
        return _fill(transformer["InputTemplate"], transformer.get("InputPathsMap", {}), event)
    return json.dumps(event)


def at_path(document: Any, path: str) -> Any:
    """The value at a simple JSONPath of names, such as `$.detail.name`; `None` if there is none."""
    for name in path.removeprefix("$").strip(".").split("."):
        document = document.get(name) if isinstance(document, dict) and name else document
    return document


def _fill(template: str, paths: dict[str, str], event: Event) -> str:
    """Inside quotes a variable is replaced by its text, outside of quotes by its JSON, as EventBridge does."""
    values = {name: at_path(event, path) for name, path in paths.items()}
    values["aws.events.event"] = values["aws.events.event.json"] = event
    values["aws.events.event.ingestion-time"] = event["time"]
    filled, end, quoted = [], 0, False
    for found in re.finditer(r"<([\w.-]+)>", template):
        before = template[end : found.start()]
        quoted ^= len(re.findall(r'(?<!\\)"', before)) % 2 == 1
        value = values.get(found[1])
        text = value if isinstance(value, str) else json.dumps(value)
        filled += [before, json.dumps(text)[1:-1] if quoted else json.dumps(value)]
        end = found.end()
    return "".join([*filled, template[end:]])


def _to_queue(target: dict[str, Any], document: str) -> None:
    from moto.sqs import sqs_backends

    sqs_backends[ACCOUNT_ID][REGION].send_message(target["Arn"].rsplit(":", 1)[-1], document)


def _to_topic(target: dict[str, Any], document: str) -> None:
    from moto.sns.models import sns_backends

    sns_backends[ACCOUNT_ID][REGION].publish(document, arn=target["Arn"])


def _to_log_group(target: dict[str, Any], document: str) -> None:
    from moto.logs import logs_backends

    backend, group = logs_backends[ACCOUNT_ID][REGION], target["Arn"].split(":log-group:")[-1].removesuffix(":*")
    stream = str(uuid.uuid4())
    backend.create_log_stream(group, stream)
    milliseconds = int(datetime.now(UTC).timestamp() * 1000)
    backend.put_log_events(group, stream, [{"timestamp": milliseconds, "message": document}])
