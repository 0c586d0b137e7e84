"""The peer's model: features, encoders and the same network in one scikit-learn pipeline, stored by joblib."""

from __future__ import annotations

from pathlib import Path

import joblib
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from tests.bench.peer.features import CATEGORIES, DERIVED, RAW, add_features
from training.models.families import HIDDEN_LAYERS


def train(data: Path, output: Path) -> None:
    """Fit the pipeline on a CSV and store it."""
    frame = pd.read_csv(data)
    label = (frame["cart_abandonment_rate"] >= 30).astype(int)
    encode = ColumnTransformer(
        [
            ("numbers", StandardScaler(), [*RAW, *DERIVED]),
            ("categories", OneHotEncoder(handle_unknown="ignore"), CATEGORIES),
        ]
    )
    network = MLPClassifier(hidden_layer_sizes=HIDDEN_LAYERS, early_stopping=True, random_state=7)
    pipeline = Pipeline([("features", FunctionTransformer(add_features)), ("encode", encode), ("network", network)])
    pipeline.fit(frame.drop(columns=["cart_abandonment_rate"]), label)
    joblib.dump(pipeline, output)
