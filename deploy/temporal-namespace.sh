#!/bin/sh
# The namespace that cases live in (TEMPORAL_NAMESPACE, at TEMPORAL_ADDRESS). Safe to repeat.
set -eu

temporal operator cluster health
if temporal operator namespace describe -n "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  echo "namespace $TEMPORAL_NAMESPACE is there"
else
  temporal operator namespace create -n "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi
