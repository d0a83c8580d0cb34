"""What opens a form: personal tokens, which are made again for every mail, and the secrets by
which those who came by a public link find their answers again.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from secrets import token_hex, token_urlsafe

from django.core.signing import BadSignature, Signer
from django.utils.crypto import salted_hmac

from banso.listen.invitations.models import Invitation

BYTES = 24
SALT = "banso.invitations"


def new_nonce() -> str:
    return token_hex(16)


def new_public_token() -> str:
    return token_urlsafe(BYTES)


def token_of(invitation: Invitation) -> str:
    """The same each time, and nobody's who has not SECRET_KEY."""
    said = f"{invitation.pk}:{invitation.nonce}"
    digest = salted_hmac(f"{SALT}.token", said, algorithm="sha256").digest()
    return urlsafe_b64encode(digest[:BYTES]).decode()


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def address_hash(email: str) -> str:
    """Tells whether an address is the same without keeping it."""
    return salted_hmac(f"{SALT}.address", email.strip().lower(), algorithm="sha256").hexdigest()


def new_secret(wave_id: int) -> str:
    """A secret signed for one wave: of another one it is worth nothing."""
    return _signer(wave_id).sign(token_urlsafe(BYTES))


def secret_in(wave_id: int, signed: str) -> str:
    """The secret, or "" where it is nobody's or of another wave."""
    try:
        return _signer(wave_id).unsign(signed) if len(signed) < 200 else ""
    except BadSignature:
        return ""


def _signer(wave_id: int) -> Signer:
    return Signer(salt=f"{SALT}.resume.{wave_id}")
