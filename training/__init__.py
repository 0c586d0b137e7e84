"""The training job: CSV in, checked and published model out. Nothing that ships to Lambda imports it."""
