# The API under uvicorn, for people who do not run Lambda: the same code, model registry and answers. Each step is a
# target of the Makefile. `docker build .` makes the API; compose.yaml builds the other stages for a laptop.
FROM python:3.13-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /src
ENV UV_NO_CACHE=1 UV_LINK_MODE=copy PIP_NO_CACHE_DIR=1
COPY Makefile ./
COPY tests/requirements.txt tests/

FROM build AS build-api
COPY lambda_fn lambda_fn
RUN make install-api PREFIX=/opt/api

FROM build AS console
COPY lambda_fn lambda_fn
COPY training training
COPY console console
RUN make install-console PREFIX=/opt/console
RUN useradd --uid 10001 --create-home service
USER service
WORKDIR /opt/console/app
ENV APP_CONSOLE_HOST=0.0.0.0 MPLCONFIGDIR=/tmp
EXPOSE 7860
CMD ["/opt/console/bin/python", "-m", "console"]

FROM build AS mlflow
ENV MLFLOW_DISABLE_TELEMETRY=true DO_NOT_TRACK=true
RUN make install-mlflow PREFIX=/opt/mlflow
RUN useradd --uid 10001 --create-home service && install --directory --owner service /data
USER service
WORKDIR /data
EXPOSE 5000
CMD ["/opt/mlflow/bin/mlflow", "server", "--backend-store-uri", "sqlite:////data/mlflow.db", "--artifacts-destination", "/data/artifacts", "--host", "0.0.0.0", "--port", "5000"]

FROM build AS s3
COPY cdk/local/requirements.txt cdk/local/
RUN make .local/ministack-venv/.ready
RUN useradd --uid 10001 --create-home service && install --directory --owner service /data
USER service
ENV BIND_HOST=0.0.0.0 GATEWAY_PORT=4566 IOT_MTLS_ENABLED=0 S3_PERSIST=1 S3_DATA_DIR=/data/s3 STATE_DIR=/data/state
EXPOSE 4566
CMD ["/src/.local/ministack-venv/bin/ministack"]

FROM python:3.13-slim AS api
ENV ORT_DISABLE_TELEMETRY=1
RUN useradd --uid 10001 --no-create-home service
COPY --from=build-api /opt/api /opt/api
USER service
EXPOSE 8080
# Healthy when it can predict: without a promoted model it answers 503.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/opt/api/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/api/v1/health', timeout=4)"]
CMD ["/opt/api/bin/python", "-m", "uvicorn", "--factory", "lambda_fn.api.entry:application", "--app-dir", "/opt/api/app", "--host", "0.0.0.0", "--port", "8080", "--no-access-log", "--no-server-header"]
