"""What AWS charges: us-east-1, list prices without free tiers, as public copies of the price pages say them.

To be checked against AWS's own calculator before a budget rests on them; a changed price is changed here and nowhere
else.
"""

from __future__ import annotations

from typing import Final

AS_OF: Final = "2025-12"
REGION: Final = "us-east-1"
MILLION: Final = 1e6

# Dollars for one of what the name says.
API_REQUEST: Final = 3.50 / MILLION  # REST API
INTERNET_GB: Final = 0.09
LAMBDA_REQUEST: Final = 0.20 / MILLION
LAMBDA_GB_SECOND: Final = 0.0000133334  # arm64
SNAPSHOT_GB_SECOND: Final = 0.0000015046  # SnapStart for Python: kept, whether called or not
SNAPSHOT_RESTORED_GB: Final = 0.0001397998
STATE_TRANSITION: Final = 0.025 / 1000
S3_GB_MONTH: Final = 0.023
S3_WRITE: Final = 0.005 / 1000
S3_READ: Final = 0.0004 / 1000
LOG_GB: Final = 0.50
LOG_GB_MONTH: Final = 0.03
METRIC_MONTH: Final = 0.30
ALARM_MONTH: Final = 0.10
DASHBOARD_MONTH: Final = 3.00
TRACE: Final = 5.00 / MILLION
FIREHOSE_GB: Final = 0.029  # each put counts as a multiple of FIREHOSE_STEP_BYTES
FIREHOSE_STEP_BYTES: Final = 5 * 1024
KEY_MONTH: Final = 1.00
BUILD_MINUTE: Final = 0.015  # CodeBuild, arm1.large
FIREWALL_MONTH: Final = 5.00
FIREWALL_RULE_MONTH: Final = 1.00
FIREWALL_REQUEST: Final = 0.60 / MILLION
