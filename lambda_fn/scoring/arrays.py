"""Array types that the scoring core, the readers and the training job share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Codes = NDArray[np.int32]  # positions in an input's categories, MISSING or UNKNOWN
Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Integers = NDArray[np.int64]  # counts, and money in whole millionths
Labels = NDArray[np.int8]
Matrix = NDArray[np.float32]
Texts = NDArray[np.bytes_]  # UTF-8
