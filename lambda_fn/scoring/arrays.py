"""Names for the array types that the code passes around."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Matrix = NDArray[np.float32]  # the model's input
Labels = NDArray[np.int8]  # 0 or 1
Indices = NDArray[np.intp]  # positions: of rows, choices, bins
Codes = NDArray[np.int32]  # positions in an input's categories, MISSING or UNKNOWN
Integers = NDArray[np.int64]  # counts, and money in whole millionths
Texts = NDArray[np.bytes_]  # UTF-8
