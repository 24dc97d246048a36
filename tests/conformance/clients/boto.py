"""boto3, without its own checks of what is sent: those are the server's to make."""
import datetime

import boto3
from botocore import UNSIGNED, xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conformance.clients import Client, ServiceError


def plain(value):
    """Moments as seconds, everything else as it is."""
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


class BotoClient(Client):
    name = f"boto3 {boto3.__version__}"

    def __init__(self, endpoint: str | None, region: str, profile: str | None = None, credentials: bool = True):
        settings = {"parameter_validation": False, "retries": {"max_attempts": 2, "mode": "standard"}}
        if not credentials:
            settings["signature_version"] = UNSIGNED
        session = boto3.Session(profile_name=profile, region_name=region)
        keys = {}
        if credentials and profile is None and session.get_credentials() is None:
            keys = {"aws_access_key_id": "conformance", "aws_secret_access_key": "conformance"}
        self.client = session.client("xray", endpoint_url=endpoint, config=Config(**settings), **keys)

    def call(self, operation: str, **members) -> dict:
        try:
            answer = getattr(self.client, xform_name(operation))(**members)
        except ClientError as error:
            told = error.response
            raise ServiceError(told["Error"]["Code"], told["Error"].get("Message", ""),
                               told["ResponseMetadata"]["HTTPStatusCode"],
                               {k: v for k, v in told.items() if k not in ("Error", "ResponseMetadata")}) from error
        answer.pop("ResponseMetadata")
        return plain(answer)
