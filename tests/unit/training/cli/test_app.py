"""The command line starts quickly and names its commands."""

import subprocess
import sys

HEAVY = ("sklearn", "mlflow", "optuna", "lightgbm", "matplotlib", "statsmodels", "pandas", "onnx", "skl2onnx", "boto3")


def test_help_imports_no_heavy_library() -> None:
    program = (
        "import sys; from training.cli.app import app; app(['--help'], standalone_mode=False);"
        f"sys.exit(','.join(name for name in {HEAVY} if name in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
