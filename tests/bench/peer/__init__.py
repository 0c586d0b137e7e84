"""The peer: the service most tutorials build, FastAPI + a joblib pipeline + a pandas DataFrame per request."""
