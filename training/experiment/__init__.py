"""Statistics of a trial, on arrays alone: effects, intervals, the sample ratio, the value of another policy."""
