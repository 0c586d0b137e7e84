"""The peer's service. ``PEER_BUCKET`` names the bucket its pipeline is read from."""

from __future__ import annotations

import datetime as dt
import io
import os
from functools import cache
from typing import Any

import boto3
import joblib
import pandas as pd
from fastapi import FastAPI
from mangum import Mangum
from pydantic import create_model

from training.shops.public_shopper import public_shopper

KEY = "pipeline.joblib"
_TYPES: dict[str, Any] = {"number": float, "flag": int, "category": str, "date": str}
_FIELDS: dict[str, Any] = {field.name: (_TYPES[field.kind], ...) for field in public_shopper().inputs}
Shopper: Any = create_model("Shopper", user_id=(str, ...), **_FIELDS)

app = FastAPI()


@cache
def pipeline() -> Any:
    """Return the model, read once from S3."""
    body = boto3.client("s3").get_object(Bucket=os.environ["PEER_BUCKET"], Key=KEY)["Body"].read()
    return joblib.load(io.BytesIO(body))


@app.post("/api/v1/predict")
def predict(record: Shopper) -> dict[str, Any]:
    """Score one shopper: no interventions, warnings or bounds."""
    frame = pd.DataFrame([record.model_dump()])
    risk = float(pipeline().predict_proba(frame)[0, 1])
    return {
        "user_id": frame.at[0, "user_id"],
        "abandonment_risk": risk,
        "risk_level": "HIGH" if risk >= 0.7 else "MEDIUM" if risk >= 0.4 else "LOW",
        "prediction_timestamp": dt.datetime.now(dt.UTC).isoformat(),
    }


handler = Mangum(app, lifespan="off")
