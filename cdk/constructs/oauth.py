"""OAuth2 for machines: a Cognito user pool whose only users are clients with a secret (client credentials)."""

from __future__ import annotations

from typing import Final, TypedDict

from aws_cdk import Aws, Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from cdk.constructs.acknowledgements import acknowledge
from cdk.constructs.retention import kept_if
from cdk.environments import Environment
from lambda_fn import contract

SCOPE: Final = "score"
TOKEN_MINUTES: Final = 60


class MethodAuthorization(TypedDict, total=False):
    """What a method of the API needs so that it asks for a token; nothing where it does not."""

    authorizer: apigateway.IAuthorizer
    authorization_type: apigateway.AuthorizationType
    authorization_scopes: list[str]


class ClientTokens(Construct):
    """Where clients fetch access tokens, and the authorizer that checks them. Nobody can sign up."""

    def __init__(self, scope: Construct, construct_id: str, environment: Environment) -> None:
        super().__init__(scope, construct_id)
        self.pool = self._build_pool(environment)
        self._scope = cognito.ResourceServerScope(scope_name=SCOPE, scope_description="Score shoppers")
        self._server = self.pool.add_resource_server("Api", identifier=contract.SERVICE, scopes=[self._scope])
        self.client = self._build_client()
        self._domain = self.pool.add_domain(
            "Domain",
            cognito_domain=cognito.CognitoDomainOptions(
                domain_prefix=f"{contract.service_name(environment.name)}-{Aws.ACCOUNT_ID}"
            ),
        )
        self._authorizer = apigateway.CognitoUserPoolsAuthorizer(self, "Authorizer", cognito_user_pools=[self.pool])

    @property
    def token_url(self) -> str:
        """Where a client exchanges its id and secret for an access token."""
        return f"{self._domain.base_url()}/oauth2/token"

    def method_options(self) -> MethodAuthorization:
        """Return the options that make a method refuse requests without a token for the scope."""
        return {
            "authorizer": self._authorizer,
            "authorization_type": apigateway.AuthorizationType.COGNITO,
            "authorization_scopes": [f"{contract.SERVICE}/{SCOPE}"],
        }

    def _build_pool(self, environment: Environment) -> cognito.UserPool:
        pool = cognito.UserPool(
            self,
            "Pool",
            self_sign_up_enabled=False,
            deletion_protection=environment.keep_data,
            removal_policy=kept_if(environment.keep_data),
            password_policy=cognito.PasswordPolicy(
                min_length=16, require_digits=True, require_lowercase=True, require_symbols=True, require_uppercase=True
            ),
        )
        acknowledge(
            pool, "The pool has no human users: clients fetch tokens with a secret, without MFA.", "COG2", "COG8"
        )
        return pool

    def _build_client(self) -> cognito.UserPoolClient:
        return self.pool.add_client(
            "FirstClient",
            generate_secret=True,
            access_token_validity=Duration.minutes(TOKEN_MINUTES),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(client_credentials=True),
                scopes=[cognito.OAuthScope.resource_server(self._server, self._scope)],
            ),
        )
