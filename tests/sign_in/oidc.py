"""An OpenID Connect provider on loopback, as small as the code flow with PKCE allows, which can also misbehave."""

import base64
import hashlib
import json
import secrets
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
CLIENT, SECRET = "planapp", "a secret between the two of them"
PERSON = {"sub": "p-1", "email": "owner@test.example", "email_verified": True, "name": "Olivia Owner"}


class Provider:
    """Vouches for `person` without asking; whatever a test changes about it, it says from then on."""

    def __init__(self, address: str) -> None:
        self.address, self.person, self.groups = address, dict(PERSON), []
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: set[str] = set()
        self.issuer, self.audience, self.lifetime = address, CLIENT, 300
        self.delay, self.status, self.is_broken, self.tokens_at = 0.0, 200, False, f"{address}/token"
        self.asked: list[str] = []
        # Since when the person is signed in; whether it asks again where that is wanted and tells; how they signed in.
        self.since, self.asks_again, self.tells_time, self.strength = time.time(), True, True, "urn:example:password"

    def description(self):
        a = self.address
        return {
            "issuer": a, "authorization_endpoint": f"{a}/auth", "token_endpoint": self.tokens_at,
            "userinfo_endpoint": f"{a}/me", "jwks_uri": f"{a}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }  # fmt: skip

    def authorize(self, query):
        """The redirect by which a browser comes back."""
        if self.asks_again and (
            query.get("prompt") == "login" or self.since + int(query.get("max_age", 1e9)) < time.time()
        ):
            self.since = time.time()
        code = secrets.token_urlsafe(16)
        self.codes[code] = {"challenge": query.get("code_challenge", ""), "redirect": query["redirect_uri"]}
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form):
        held = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if held is None or form.get("client_secret") != SECRET or proof != held["challenge"]:
            return 400, {"error": "invalid_grant"}
        access, now = secrets.token_urlsafe(16), int(time.time())
        self.tokens.add(access)
        told = {"acr": self.strength} | ({"auth_time": int(self.since)} if self.tells_time else {})
        told |= {**self.claims(), "iss": self.issuer, "aud": self.audience, "iat": now, "exp": now + self.lifetime}
        return 200, {"access_token": access, "token_type": "Bearer", "id_token": jwt.encode(told, self.key, "RS256")}

    def logout_token(self, *, key=None, algorithm="RS256", headers=None, **changes):
        """As sent to planapp when the person signs out; a change to None leaves the claim out."""
        now = int(time.time())
        told = {
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": secrets.token_urlsafe(8),
            "sub": self.person["sub"], "events": {LOGOUT: {}},
        } | changes  # fmt: skip
        told = {name: value for name, value in told.items() if value is not None}
        return jwt.encode(told, key or self.key, algorithm, {"kid": "k1", "typ": "logout+jwt"} | (headers or {}))

    def claims(self):
        return {**self.person, **({"groups": self.groups} if self.groups is not None else {})}

    def answer(self, path, query, form, bearer):
        """Status, headers and what to send for a request."""
        self.asked.append(path)
        time.sleep(self.delay)
        if self.status != 200:
            return self.status, {}, {"error": "server_error"}
        if path == "/.well-known/openid-configuration":
            return 200, {}, {} if self.is_broken else self.description()
        if path == "/auth":
            return 302, {"Location": self.authorize(query)}, {}
        if path == "/token":
            status, told = self.token(form)
            return status, {}, told
        if path == "/jwks":
            key = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
            return 200, {}, {"keys": [{**key, "kid": "k1", "use": "sig", "alg": "RS256"}]}
        if path == "/me" and bearer in self.tokens:
            return 200, {}, self.claims()
        return 404, {}, {}


def _handler(provider):
    class Handler(BaseHTTPRequestHandler):
        def _answer(self):
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, headers, told = provider.answer(parts.path, query, form, bearer)
            body = json.dumps(told).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": len(body), **headers}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer  # noqa: N815 - the names that http.server looks for

        def log_message(self, *args):
            pass

    return Handler


@contextmanager
def serving():
    """A provider on a port of its own, until the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    provider = Provider(f"http://127.0.0.1:{server.server_address[1]}")
    server.RequestHandlerClass = _handler(provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
