"""Start the API bundle, have it predict, and leave it time to phone home: ``-m tests.runtime.one_prediction``."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Final

from cdk.build.bundling import Bundle
from cdk.local import ministack
from cdk.ops.aws import LOCAL_REGION
from lambda_fn import contract
from tests import events
from tests.runtime.function import Machine, remove, running
from tests.runtime.storage import BUCKETS, open_s3, publish

SECONDS_TO_PHONE_HOME: Final = 15.0  # onnxruntime asks for its collector 8 to 9 s after its import


def main(folder: Path) -> None:
    """Exit with 0 where the prediction was answered."""
    machine = Machine.prepare(folder)
    with ministack.running(folder, {"SERVICES": "s3"}) as local_aws:
        publish(open_s3(local_aws.endpoint))
        variables = {
            "AWS_ENDPOINT_URL": local_aws.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",  # pragma: allowlist secret
            "AWS_DEFAULT_REGION": LOCAL_REGION,
            contract.ENV_REGISTRY_BUCKET: BUCKETS.registry,
        }
        task = machine.unpack(Bundle.API, folder)
        with running(machine, task, contract.HANDLER_API, variables, folder) as function:
            answer = function.api.invoke(events.load("api_predict"))
            time.sleep(SECONDS_TO_PHONE_HOME)
    remove(folder / task.name)
    sys.exit(answer["statusCode"] != 200)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
