"""The outputs of a deployed environment, for tests that deploy none."""

STORAGE = {"RegistryBucket": "registry-1", "DataBucket": "data-1"}
SERVICE = {
    "ApiUrl": "https://abc123.execute-api.us-east-1.amazonaws.com/local/api/v1",
    "ApiKeyId": "key-1",  # pragma: allowlist secret
    "StateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:batch",
    "AlarmTopicArn": "arn:aws:sns:us-east-1:000000000000:alarms",
    "DashboardUrl": "https://dashboard",
    "ServiceDashboardUrl": "https://service-dashboard",
    "ApiFunctionName": "api",
}
OUTPUTS = STORAGE | SERVICE
