"""AWS on one port of this machine: moto, and what moto lacks for a pipeline of this kind."""

ACCOUNT_ID = "123456789012"
REGION = "us-east-1"
