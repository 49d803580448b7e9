"""The store of objects that FILES_URL names, as Django's storage API. Loaded by who asks for a file: 23 MB, 0.6 s."""

from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from jobs.patience import limits

REFUSED = {
    "AccessDenied", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AllAccessDisabled", "ExpiredToken",
    "InvalidToken",
}  # fmt: skip
FULL = {"QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "507"}
NO_BUCKET = {"NoSuchBucket", "404"}
SILENT = "does not answer"


class Objects(S3Storage):  # type: ignore[misc] # django-storages ships no types
    """With time limits, and without what not every store that speaks S3 knows, such as a checksum after the bytes."""

    def __init__(self, **options: Any) -> None:
        wait = limits()
        config = Config(
            connect_timeout=wait.connect, read_timeout=wait.answer,
            retries={"total_max_attempts": wait.tries, "mode": "standard"},
            s3={"addressing_style": "path" if options.get("endpoint_url") else "auto"}, signature_version="s3v4",
            request_checksum_calculation="when_required", response_checksum_validation="when_required",
            user_agent_extra="planapp",
        )  # fmt: skip
        # One piece in the thread that asks: no file is large, and a process that is told to stop waits for no thread.
        super().__init__(
            client_config=config, transfer_config=TransferConfig(use_threads=False, multipart_threshold=1 << 28),
            file_overwrite=True, default_acl=None, gzip=False, **options,
        )  # fmt: skip

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        """A store answers 404 for a file in a bucket that is not there, too: that is no loss of the file."""
        try:
            return super()._open(name, mode)  # type: ignore[no-any-return]
        except FileNotFoundError:
            self.connection.meta.client.head_bucket(Bucket=self.bucket_name)
            raise


def reason(error: Exception) -> str:
    """Why the store did not do what it was asked, to go on after “the place where files lie”."""
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = str(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))
        for known, words in ((REFUSED, "refuses us"), (FULL, "is full"), (NO_BUCKET, "has no such bucket")):
            if code in known or status in known:
                return words
        return f"answers {code or status}"
    return SILENT
