"""Who a customer is, as the shop's own site signed it: a JWT with HS256, an expiry time, a number and a name."""

from __future__ import annotations

import unicodedata
import warnings
from typing import Any

import jwt

from bot.http.errors import ApiError
from bot.messages import Customer

LONGEST_SUBJECT = 200
LONGEST_NAME = 100
# Clocks of two servers are never quite the same.
LEEWAY_SECONDS = 10


def customer_of(token: str, secret: str | None) -> Customer:
    """The signed customer. Raises ``ApiError`` bad_identity, which tells apart what the shop has to mend."""
    if secret is None:
        raise ApiError("bad_identity.unset")
    claims = _claims(token, secret)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not _is_plain(subject):
        raise ApiError("bad_identity.sub")
    name = claims.get("name")
    return Customer(id=subject, name=_plain(name)[:LONGEST_NAME] if isinstance(name, str) else "")


def _claims(token: str, secret: str) -> dict[str, Any]:
    try:
        with warnings.catch_warnings():
            # A short secret is told to the operator by the doctor, not to the log at every request.
            warnings.simplefilter("ignore")
            return jwt.decode(
                token,
                secret,
                # Fixed here: a token that names its own algorithm, or "none", would verify itself.
                algorithms=["HS256"],
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp"], "verify_aud": False, "verify_sub": False},
            )
    except jwt.ExpiredSignatureError as error:
        raise ApiError("bad_identity.expired") from error
    except jwt.MissingRequiredClaimError as error:
        raise ApiError("bad_identity.exp") from error
    except (jwt.InvalidTokenError, ValueError) as error:
        raise ApiError("bad_identity.signature") from error


def _is_plain(text: str) -> bool:
    return _plain(text) == text and text == text.strip()


def _plain(text: str) -> str:
    """Without control characters and unpaired surrogates, which no database column takes."""
    return "".join(sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cs")).strip()
