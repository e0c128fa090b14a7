"""Settings of a function that moto drops, so that a second plan would find them missing."""

from typing import Any

from moto.awslambda.models import LambdaFunction


def install() -> None:
    """Patches moto's functions: they keep their logging configuration and dead-letter queue."""
    create, describe, update = (
        LambdaFunction.__init__,
        LambdaFunction.get_configuration,
        LambdaFunction.update_configuration,
    )

    def keep(function: LambdaFunction, given: dict[str, Any]) -> None:
        if "LoggingConfig" in given:
            function.logging_config = {"LogFormat": "Text", **given["LoggingConfig"]}
        if "DeadLetterConfig" in given:
            function.dead_letter_config = given["DeadLetterConfig"]

    def created(self: LambdaFunction, account_id: str, spec: dict[str, Any], *args: Any, **options: Any) -> None:
        create(self, account_id, spec, *args, **options)
        group = f"/aws/lambda/{self.function_name}"
        self.logging_config = {"LogFormat": "Text", "LogGroup": group}
        self.dead_letter_config = None
        keep(self, spec)

    def described(self: LambdaFunction, *args: Any, **options: Any) -> dict[str, Any]:
        configuration = describe(self, *args, **options)
        group = {"LogGroup": f"/aws/lambda/{self.function_name}"}
        configuration["LoggingConfig"] = {**group, **self.logging_config}
        if self.dead_letter_config:
            configuration["DeadLetterConfig"] = self.dead_letter_config
        return configuration

    def updated(self: LambdaFunction, config_updates: dict[str, Any]) -> dict[str, Any]:
        keep(self, config_updates)
        return update(self, config_updates)

    LambdaFunction.__init__ = created
    LambdaFunction.get_configuration = described
    LambdaFunction.update_configuration = updated
