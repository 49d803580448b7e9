"""A SAML 2.0 identity provider: signs what a test asks for, right or wrong. Its metadata is a file."""

import base64
import zlib
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils as Utils

ENTITY = "https://idp.test.example/metadata"
SSO = "https://idp.test.example/sso"
ACS = "http://testserver/sign-in/saml/city/acs/"
AUDIENCE = "http://testserver/sign-in/saml/city/metadata/"
SAML, SAMLP = "urn:oasis:names:tc:SAML:2.0:assertion", "urn:oasis:names:tc:SAML:2.0:protocol"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
WHO = {"uid": ["s-1"], "email": ["owner@test.example"], "name": ["Olivia Owner"], "groups": []}


def key_and_certificate(days=30):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.test.example")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    dated = made.not_valid_before(now - timedelta(days=60)).not_valid_after(now + timedelta(days=days))
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    return private, dated.sign(key, hashes.SHA256()).public_bytes(pem).decode()


class Provider:
    """One key; `sign` is what is signed: "assertion" or nothing."""

    def __init__(self):
        self.key, self.certificate = key_and_certificate()

    def metadata(self):
        body = "".join(self.certificate.splitlines()[1:-1])
        return f"""<?xml version="1.0"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ENTITY}">
  <md:IDPSSODescriptor protocolSupportEnumeration="{SAMLP}">
    <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
      <ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{SSO}"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>"""

    def assertion(
        self, request_id, *, who=WHO, audience=AUDIENCE, late=0, key=None, number="_a1", ago=5, context=PASSWORD
    ):
        """Signed. `late`: seconds by which the provider's clock is behind; `ago`: since when somebody is signed in."""
        now = datetime.now(UTC) - timedelta(seconds=late)
        since, until = (f"{now + timedelta(seconds=s):%Y-%m-%dT%H:%M:%SZ}" for s in (-5, 60))
        answers = f'InResponseTo="{request_id}"' if request_id else ""
        instant = f"{now - timedelta(seconds=ago):%Y-%m-%dT%H:%M:%SZ}"
        statement = (
            f'<saml:AuthnStatement AuthnInstant="{instant}" SessionIndex="_s1"><saml:AuthnContext>'
            f"<saml:AuthnContextClassRef>{context}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>"
        )
        said = "".join(
            f'<saml:Attribute Name="{name}">'
            + "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values)
            + "</saml:Attribute>"
            for name, values in who.items()
            if values
        )
        xml = f"""<saml:Assertion xmlns:saml="{SAML}" ID="{number}" Version="2.0" IssueInstant="{since}">
<saml:Issuer>{ENTITY}</saml:Issuer>
<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">t-{number}</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData
 NotOnOrAfter="{until}" Recipient="{ACS}" {answers}/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{since}" NotOnOrAfter="{until}"><saml:AudienceRestriction>
<saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>
{statement}
<saml:AttributeStatement>{said}</saml:AttributeStatement></saml:Assertion>"""
        return Utils.add_sign(xml, key or self.key, self.certificate).decode()

    def response(self, request_id, assertions, *, destination=ACS):
        answers = f'InResponseTo="{request_id}"' if request_id else ""
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        return f"""<samlp:Response xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="_r1" Version="2.0" IssueInstant="{now}"
 Destination="{destination}" {answers}><saml:Issuer>{ENTITY}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
{assertions}</samlp:Response>"""


def request_id(address):
    """The ID of the request that planapp sent a browser away with."""
    packed = parse_qs(urlsplit(address).query)["SAMLRequest"][0]
    xml = zlib.decompress(base64.b64decode(packed), -15)
    return etree.fromstring(xml).get("ID")


def posted(xml):
    return {"SAMLResponse": base64.b64encode(xml.encode()).decode()}
