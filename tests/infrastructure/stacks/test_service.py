"""The outputs of the stacks."""

from __future__ import annotations

from lambda_fn import contract
from tests.infrastructure.synthesis import Synthesis, flat


def test_the_outputs_are_the_contract_with_everything_outside(each: Synthesis) -> None:
    service = {name for name in each.service["Outputs"] if not name.startswith(("Exports", "ApiRest"))}
    storage = {name for name in each.storage["Outputs"] if not name.startswith("Exports")}

    tokens = {"TokenUrl", "UserPoolId", "OAuthClientId"} if each.environment.cognito else set()
    assert storage == {"RegistryBucket", "DataBucket"}
    assert service == tokens | {
        "ApiUrl",
        "ApiKeyId",
        "ApiFunctionName",
        "StateMachineArn",
        "AlarmTopicArn",
        "DashboardUrl",
        "ServiceDashboardUrl",
    }
    for output, view in (("DashboardUrl", "operator"), ("ServiceDashboardUrl", "service")):
        assert flat(each.service["Outputs"][output]["Value"]).endswith(
            f"#dashboards/dashboard/{contract.service_name(each.environment.name)}-{view}"
        )
    assert flat(each.service["Outputs"]["ApiUrl"]["Value"]).endswith(contract.API_BASE_PATH)
