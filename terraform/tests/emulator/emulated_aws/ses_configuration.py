"""SES configuration sets that can be read back, and their event destinations, both of which moto lacks.

moto also keeps the tags of an identity under another ARN than the one by which they are read.
"""

import json
from typing import Any

from moto.ses.models import ConfigurationSet
from moto.sesv2 import urls
from moto.sesv2.models import SESV2Backend
from moto.sesv2.responses import SESV2Response


def install() -> None:
    """Patches moto's SESv2."""
    ConfigurationSet.to_dict_v2 = _described
    list_tags = SESV2Backend.list_tags_for_resource
    SESV2Backend.list_tags_for_resource = lambda self, resource_arn: list_tags(
        self, resource_arn.replace(":identity/", ":email-identity/")
    )
    of_set = "{0}/v2/email/configuration-sets/(?P<ConfigurationSetName>[^/]+)/event-destinations"
    urls.url_paths[f"{of_set}$"] = SESV2Response.dispatch
    urls.url_paths[f"{of_set}/(?P<EventDestinationName>[^/]+)$"] = SESV2Response.dispatch
    for operation in (
        create_configuration_set_event_destination,
        delete_configuration_set_event_destination,
        get_configuration_set_event_destinations,
        update_configuration_set_event_destination,
    ):
        setattr(SESV2Response, operation.__name__, operation)


def _described(self: ConfigurationSet) -> dict[str, Any]:
    """Options that were not set have AWS's defaults. Empty options are left out."""
    described = {
        "ConfigurationSetName": self.configuration_set_name,
        "TrackingOptions": self.tracking_options,
        "DeliveryOptions": self.delivery_options,
        "ReputationOptions": {"ReputationMetricsEnabled": False, **(self.reputation_options or {})},
        "SendingOptions": {"SendingEnabled": True},
        "Tags": self.tags or [],
        "SuppressionOptions": self.suppression_options,
        "VdmOptions": self.vdm_options,
    }
    return {name: value for name, value in described.items() if value}


def _destinations(response: SESV2Response) -> dict[str, dict[str, Any]]:
    name = response._get_param("ConfigurationSetName")
    configuration_set = response.sesv2_backend.get_configuration_set(configuration_set_name=name)
    return configuration_set.__dict__.setdefault("destinations_by_name", {})


def create_configuration_set_event_destination(self: SESV2Response) -> str:
    """Adds one."""
    name = self._get_param("EventDestinationName")
    _destinations(self)[name] = {**self._get_param("EventDestination"), "Name": name}
    return "{}"


def update_configuration_set_event_destination(self: SESV2Response) -> str:
    """Replaces one."""
    return create_configuration_set_event_destination(self)


def delete_configuration_set_event_destination(self: SESV2Response) -> str:
    """Removes one."""
    _destinations(self).pop(self._get_param("EventDestinationName"), None)
    return "{}"


def get_configuration_set_event_destinations(self: SESV2Response) -> str:
    """Lists them."""
    return json.dumps({"EventDestinations": list(_destinations(self).values())})
