"""SES: the mails as they were sent, byte for byte."""

import base64
from typing import Any

from moto.core.utils import utcnow
from moto.ses.models import SESBackend


class Outbox:
    """Every accepted raw message, oldest first. moto refuses a sender that is not a verified identity."""

    def __init__(self) -> None:
        self.mails: list[dict[str, Any]] = []

    def install(self) -> None:
        """Patches moto's SES."""
        send_raw_email, outbox = SESBackend.send_raw_email, self

        def keep(self: SESBackend, source: str, destinations: list[str], raw_data: str) -> Any:
            envelope = list(destinations)
            message = send_raw_email(self, source, destinations, raw_data)
            outbox.mails.append(
                {
                    "message_id": message.id,
                    "from": source,
                    "to": envelope or list(message.destinations),
                    "raw_base64": base64.b64encode(raw_data.encode()).decode(),
                    "sent_at": utcnow().isoformat(),
                }
            )
            return message

        SESBackend.send_raw_email = keep
