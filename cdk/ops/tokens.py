"""OAuth2 access tokens by client credentials, as a shop's back end fetches them where an environment asks for them."""

from __future__ import annotations

import httpx


class TokenRefused(Exception):
    """The token endpoint gave no token; the message is its answer."""


def fetch_token(http: httpx.Client, token_url: str, client_id: str, client_secret: str) -> str:
    """Exchange a client's id and secret for an access token with all its scopes. Raises TokenRefused."""
    response = http.post(token_url, data={"grant_type": "client_credentials"}, auth=(client_id, client_secret))
    if response.status_code != 200:
        raise TokenRefused(f"{token_url} answered {response.status_code}: {response.text}")
    token: str = response.json()["access_token"]
    return token
