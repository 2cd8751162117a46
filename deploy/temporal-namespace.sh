#!/bin/sh
# The namespace that cases live in (TEMPORAL_NAMESPACE, at TEMPORAL_ADDRESS). Safe to repeat.
set -eu

# The port is open a moment before the cluster serves.
attempt=1
until temporal operator cluster health; do
  [ "$attempt" -lt 30 ] || exit 1
  attempt=$((attempt + 1))
  sleep 2
done

if temporal operator namespace describe -n "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  echo "namespace $TEMPORAL_NAMESPACE is there"
else
  temporal operator namespace create -n "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi
