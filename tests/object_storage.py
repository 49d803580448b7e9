"""A server that speaks S3, in a process of its own on this machine, and one that does everything wrong."""

import socket
import subprocess
import sys
import threading
import time
import uuid
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import urlopen

import boto3

from planapp.env import object_storage


@contextmanager
def s3_server():
    """Its address. One for all tests of a process; each test has a bucket of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - own words
    try:
        for _ in range(600):
            try:
                urlopen(f"http://127.0.0.1:{port}/moto-api/", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, "the server ended"
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


class Bucket:
    """A bucket, as somebody sees it who goes past planapp."""

    def __init__(self, address: str, prefix: str = "city") -> None:
        self.address, self.name, self.prefix = address, f"b{uuid.uuid4().hex[:20]}", prefix
        self.client = boto3.client(
            "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret"
        )
        self.client.create_bucket(Bucket=self.name)

    @property
    def url(self) -> str:
        return f"s3://{self.name}/{self.prefix}?endpoint={self.address}&region=us-east-1"

    @property
    def variables(self) -> dict[str, str]:
        return {"FILES_URL": self.url, "FILES_ACCESS_KEY": "key", "FILES_SECRET_KEY": "secret"}

    def names(self) -> set[str]:
        """Of files; what says whose they are is none."""
        found = self.client.list_objects_v2(Bucket=self.name).get("Contents", [])
        return {one["Key"].rpartition("/")[2] for one in found} - {"installation"}

    def read(self, name: str) -> bytes:
        return self.client.get_object(Bucket=self.name, Key=f"{self.prefix}/{name}")["Body"].read()

    def write(self, name: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=f"{self.prefix}/{name}", Body=data)

    def remove(self, name: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=f"{self.prefix}/{name}")


def use(settings, url: str) -> None:
    """From now on files go there."""
    settings.FILES_URL = url
    settings.STORAGES = settings.STORAGES | {"files": object_storage(url, "key", "secret")}


def use_database(settings) -> None:
    settings.FILES_URL = ""


ANSWERS = {
    "denied": (403, b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"),
    "full": (507, b"<Error><Code>XMinioStorageFull</Code><Message>full</Message></Error>"),
    "broken": (500, b"<Error><Code>InternalError</Code><Message>oh</Message></Error>"),
}


@contextmanager
def bad_store(how: str):
    """The address of a store that denies, is full, is broken, never answers, or cuts an answer short."""
    enough = threading.Event()

    class Bad(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.close_connection = True
            if how == "slow":
                enough.wait(60)
            elif how == "short":
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(b"x" * 10)
            else:
                status, body = ANSWERS[how]
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _answer  # noqa: N815 - names of the library

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Bad)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        enough.set()
        server.shutdown()
        server.server_close()
