"""Access tokens, where the environment asks for them."""

from __future__ import annotations

from tests.infrastructure.synthesis import Synthesis


def test_tokens_are_for_clients_with_a_secret_and_nobody_can_sign_up(staging: Synthesis) -> None:
    client = staging.only("AWS::Cognito::UserPoolClient")

    assert client["AllowedOAuthFlows"] == ["client_credentials"]
    assert client["GenerateSecret"] is True
    assert staging.only("AWS::Cognito::UserPool")["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
